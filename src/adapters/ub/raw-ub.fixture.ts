/** Ub octet by octet: what only a client would send that is broken or means harm. */
import { connect } from 'node:net'
import { answerTo, challengeIn, IDENTITY } from '../../bsf/bsf-world.fixture.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import { formatInitialRequest } from '../../gba/ub-messages.ts'
import type { UbNetwork } from './ub-network.fixture.ts'

/** Parameters of Authorization, in the order in which they are sent; a name may come twice. */
export type Params = readonly (readonly [name: string, value: string])[]

/** What a server sent until it closed. */
export interface RawAnswer {
  /** 0 if it closed without a word. */
  readonly status: number
  readonly text: string
}

const TIME_LIMIT_MS = 8000

/**
 * Sends octets on a connection of their own, and ends it if told.
 *
 * @throws {Error} If the server has not closed after eight seconds.
 */
export function sendRaw(port: number, octets: string, isEnded = false): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => {
      if (isEnded) socket.end(octets, 'latin1')
      else socket.write(octets, 'latin1')
    })
    const limit = setTimeout(() => {
      socket.destroy()
      reject(new Error('the server neither answered nor closed'))
    }, TIME_LIMIT_MS)
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part
    })
    // A reset after the answer is as good as an end.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(limit)
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0), text })
    })
  })
}

/** A GET whose Authorization has these parameters. */
export function getWith(params: Params): string {
  const written = params.map(([name, value]) => `${name}="${value}"`).join(', ')
  return requestOf([`Authorization: Digest ${written}`])
}

/** A GET with these headers and no body. */
export function requestOf(headers: readonly string[]): string {
  const always = ['GET / HTTP/1.1', `Host: ${WORKED.bsfName}`, 'Connection: close']
  return [...always, ...headers, '', ''].join('\r\n')
}

/** Message 1 of the worked subscriber. */
export const MESSAGE_1: Params = [
  ['username', WORKED.impi],
  ['realm', WORKED.bsfName],
  ['nonce', ''],
  ['uri', '/'],
  ['response', ''],
]

/** A right message 3, to a challenge of its own. */
export async function message3(world: UbNetwork): Promise<Params> {
  const challenge = challengeIn(await world.ub.exchange(formatInitialRequest(IDENTITY)))
  return Object.entries(answerTo(challenge))
}
