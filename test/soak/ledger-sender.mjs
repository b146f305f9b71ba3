/**
 * Sends numbered messages and writes down what became of each, so that after a kill the next run goes on
 * where the last one was: what has no answer yet is sent again under its old MessageID, in order.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** The same for all processes. */
const PHASE_MS = 6_000
/** In a calm phase, of so many messages one is sent. */
const CALM_TURNS = 10

/**
 * @param {object} of
 * @param {string} of.name Of the sender; MessageIDs are `<name>.<number>`.
 * @param {string} of.file Its book: `try <id> <to>`, then `done <id> <status>`.
 * @param {readonly string[]} of.recipients Taken in turn.
 * @param {number} of.everyMs How often a new one is begun while it is busy; it is calm for as long in between,
 *   so that what waits comes to its end, and messages to who is here need not wait.
 * @param {number} of.inFlight How many may be without answer.
 * @param {(message: { messageId: string, to: string }) => Promise<number>} of.send Gives the status.
 */
export function startSender({ name, file, recipients, everyMs, inFlight, send }) {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  const open = new Map()
  let number = 0
  for (const line of lines) {
    const [word, id, to] = line.split(' ')
    if (word === 'try') {
      open.set(id, to)
      number = Number(id.split('.')[1])
    }
    if (word === 'done') open.delete(id)
  }
  let isFinishing = false

  const deliver = async (messageId, to) => {
    const status = await send({ messageId, to })
    appendFileSync(file, `done ${messageId} ${status}\n`)
    open.delete(messageId)
  }
  for (const [messageId, to] of open) void deliver(messageId, to)
  let turns = 0
  const timer = setInterval(() => {
    turns += 1
    const isCalm = Math.floor(Date.now() / PHASE_MS) % 2 === 1
    if (isFinishing || open.size >= inFlight || (isCalm && turns % CALM_TURNS > 0)) return
    number += 1
    const messageId = `${name}.${number}`
    const to = recipients[number % recipients.length]
    appendFileSync(file, `try ${messageId} ${to}\n`)
    open.set(messageId, to)
    void deliver(messageId, to)
  }, everyMs)

  /** Begins no more. Resolves when all is answered. */
  const finish = async () => {
    isFinishing = true
    clearInterval(timer)
    while (open.size > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  process.on('message', (word) => {
    if (word === 'finish') void finish().then(() => process.send?.('finished'))
  })
  process.on('disconnect', () => process.exit())
}
