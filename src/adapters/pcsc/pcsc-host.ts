/** The parent's end of the process that has the PC/SC bindings. */
import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import type { PcscAnswer, PcscRequest } from './pcsc-requests.ts'
import { HOW_TO_INSTALL } from './smartcard-module.ts'

/** How the process is started. */
export interface PcscHostOptions {
  /** For one answer, in milliseconds; default 10 s. */
  readonly timeoutMs?: number
  /** Program to start; default the one that loads `smartcard`. */
  readonly program?: string
  /** Flags of Node.js; default those of this process. */
  readonly nodeFlags?: readonly string[]
}

/** A running process. */
export interface PcscHost {
  /** Whether it can still be asked. */
  readonly isAlive: boolean
  /**
   * Requests are answered in order. One that is not answered in time ends the process, and all that wait.
   *
   * @returns ATR or response APDU, else nothing.
   * @throws {ConfigurationInvalid} If the bindings are not installed; the message says how to do it.
   * @throws {TransportFailed} If reader or card fail, or the process has ended.
   */
  ask(request: PcscRequest): Promise<Uint8Array>
  /** Ends the process now. Safe to call twice. */
  end(): void
}

interface Waiting {
  readonly resolve: (octets: Uint8Array) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

const TIMEOUT_MS = 10_000
const PROGRAM = fileURLToPath(new URL(`./pcsc-process${extname(import.meta.url)}`, import.meta.url))

/** Starts it. */
export function startPcscHost(options: PcscHostOptions = {}): PcscHost {
  const { timeoutMs = TIMEOUT_MS, program = PROGRAM, nodeFlags } = options
  const child = fork(program, {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    ...(nodeFlags && { execArgv: [...nodeFlags] }),
  })
  const waiting: Waiting[] = []
  let ended: string | undefined

  const end = (reason: string): void => {
    if (ended !== undefined) return
    ended = reason
    child.kill('SIGKILL')
    for (const one of waiting.splice(0)) settle(one, new TransportFailed(reason))
  }

  child.on('error', () => end('PC/SC cannot be used: no process can be started'))
  child.on('exit', () => end('PC/SC broke off'))
  child.on('message', (answer: PcscAnswer) => {
    const first = waiting.shift()
    if (first !== undefined) settle(first, resultOf(answer))
  })

  return {
    get isAlive() {
      return ended === undefined
    },
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(new TransportFailed(ended))
        const late = (): void => end(`no answer in ${timeoutMs / 1000} s`)
        waiting.push({ resolve, reject, timer: setTimeout(late, timeoutMs) })
        send(child, request)
      }),
    end: () => end('the reader is closed'),
  }
}

/** What cannot be sent shows in the end of the process. */
function send(child: ChildProcess, request: PcscRequest): void {
  child.send(request, () => {})
}

function resultOf(answer: PcscAnswer): Uint8Array | Error {
  if (answer.kind === 'done') return answer.octets
  if (answer.kind === 'missing') return new ConfigurationInvalid(HOW_TO_INSTALL)
  return new TransportFailed(answer.reason)
}

function settle({ resolve, reject, timer }: Waiting, result: Uint8Array | Error): void {
  clearTimeout(timer)
  if (result instanceof Error) reject(result)
  else resolve(result)
}
