/**
 * Two scenarios with a fixed clock and seeded randomness, compared line by line with a recorded trace.
 * Record them again, after a wanted change, with `CPNS_RECORD=1 npx vitest run test/scenarios/recorded-trace.test.ts`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decodeMessage } from '../../src/cpns/messages.ts'
import { toBase64, toHex, utf8 } from '../../src/octets/octets.ts'
import type { Frame } from '../../src/ports/frame-socket.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  createCpnsWorld,
  gbaUAnswer,
  keyOf,
  settle,
  WATCH_ID,
} from '../support/cpns-world.ts'
import type { SocketPairOptions, Tamper } from '../support/memory-socket.ts'
import { collect, sendDown } from './traffic.ts'

const RECORDED = join(import.meta.dirname, '../recorded')
const { CPNS_RECORD } = process.env
const isRecording = CPNS_RECORD === '1'
const PAYLOAD = 'pulse seventy-two'

/** What a scenario left behind. */
interface Run {
  readonly lines: readonly string[]
  /** What must not be seen, by name. */
  readonly secrets: ReadonlyMap<string, Uint8Array>
}

/** Runs a story in a fresh world and keeps an eye on the octets that cross the network. */
async function play(story: (cast: Cast) => Promise<void>): Promise<Run> {
  const world = createCpnsWorld()
  const secrets = new Map<string, Uint8Array>()
  for (const octet of [1, 2, 10, 11]) secrets.set(`EUKey ${octet}`, keyOf(octet).reveal())
  secrets.set('payload', utf8(PAYLOAD))
  const watching: Tamper = (frame) => {
    noteProofs(frame, secrets)
    return [frame]
  }
  const network = (): SocketPairOptions => ({ up: watching, down: watching })
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  collect(world)
  const gateway = world.createGateway({ network })
  const watch = await world.createPne(WATCH_ID, 10, gateway, { network })
  const car = await world.createPne(CAR_ID, 11, gateway, { network })
  await story({ world, gateway, watch: watch.pne, car: car.pne, noteSessions })
  await world.close()
  return { lines: world.traced.map((item) => JSON.stringify(item)), secrets }

  /** Session keys are at the server only while their sessions live. */
  async function noteSessions(): Promise<void> {
    const nowMs = world.clock.nowMs()
    for (const { sessionId } of await world.store.listSessions(nowMs)) {
      const session = await world.store.findSession(sessionId, nowMs)
      if (session !== undefined)
        secrets.set(`key of ${sessionId}`, session.sessionKey.reveal().slice())
    }
  }
}

interface Cast {
  readonly world: CpnsWorld
  readonly gateway: ReturnType<CpnsWorld['createGateway']>
  readonly watch: Awaited<ReturnType<CpnsWorld['createPne']>>['pne']
  readonly car: Awaited<ReturnType<CpnsWorld['createPne']>>['pne']
  noteSessions(): Promise<void>
}

/** HASH and State help to forge or to replay: neither belongs in a trace. */
function noteProofs({ kind, octets }: Frame, secrets: Map<string, Uint8Array>): void {
  if (kind !== 'text') return
  const message = decodeMessage(octets)
  const name = `${message.name} ${message.transactionId ?? ''}`
  if (message.name === 'AuthenticateRequest') {
    secrets.set(`State of ${name}`, message.authReqData.state)
  }
  if (message.name === 'AuthenticateResponse') {
    secrets.set(`HASH of ${name}`, message.authResData.hash)
  }
  if (message.name === 'ConnectResponse' && message.hash !== undefined) {
    secrets.set(`HASH of ${name}`, message.hash)
  }
}

const STORIES: Readonly<Record<string, (cast: Cast) => Promise<void>>> = {
  async 'connect-and-forward'({ world, gateway, watch, car, noteSessions }) {
    await gateway.start()
    await watch.start()
    await car.start()
    await noteSessions()
    const payload = utf8(PAYLOAD)
    await watch.send({ to: 'urn:cpns:service:collector', payload, messageId: 'm-1' })
    await watch.send({ to: CAR_ID, payload, messageId: 'm-2' })
    await settle()
    await sendDown(world, WATCH_ID, 'd-')
    await settle()
  },
  async 'expire-and-authenticate-again'({ world, gateway, watch, car, noteSessions }) {
    world.lifetimes.pnGw = 30
    await gateway.start()
    await watch.start()
    await car.start()
    await noteSessions()
    await world.clock.advance(29_000)
    const sent = watch.send({
      to: 'urn:cpns:service:collector',
      payload: utf8(PAYLOAD),
      messageId: 'm-1',
    })
    await sendDown(world, CAR_ID, 'd-')
    await sent
    await settle()
    await noteSessions()
  },
}

describe.each(Object.entries(STORIES))('%s', (name, story) => {
  const file = join(RECORDED, `${name}.jsonl`)

  test('gives the recorded trace', async () => {
    const { lines } = await play(story)
    const text = `${lines.join('\n')}\n`
    if (isRecording) writeFileSync(file, text)
    expect(existsSync(file)).toBe(true)
    expect(text.split('\n')).toEqual(readFileSync(file, 'utf8').split('\n'))
  })

  test('gives the same trace each time', async () => {
    const runs = [await play(story), await play(story), await play(story)]
    expect(new Set(runs.map(({ lines }) => lines.join('\n'))).size).toBe(1)
  })

  test('shows no key, proof, State or payload', async () => {
    const { lines, secrets } = await play(story)
    const text = lines.join('\n')
    const kinds = ['EUKey', 'key of', 'State of', 'HASH of', 'payload']
    for (const kind of kinds) {
      expect(Array.from(secrets.keys()).some((one) => one.startsWith(kind))).toBe(true)
    }
    for (const [what, octets] of secrets) {
      const forms = [toHex(octets), toBase64(octets).replace(/=+$/, '')]
      const shown = forms.filter((form) => text.toLowerCase().includes(form.toLowerCase()))
      expect({ what, shown }).toEqual({ what, shown: [] })
    }
    expect(text).not.toContain(PAYLOAD)
  })
})
