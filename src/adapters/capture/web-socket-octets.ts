/** CPNS messages as text frames of a WebSocket, opened by a request and its answer. RFC 6455 4, 5.2 */
import { createHash } from 'node:crypto'
import { concatOctets, uint16, utf8 } from '../../octets/octets.ts'

const TEXT = 0x81
const MASKED = 0x80
const MASK_OCTETS = 4
const LONG = 126
const KEY = 'AAAAAAAAAAAAAAAAAAAAAA=='
const ACCEPT = createHash('sha1')
  .update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  .digest('base64')

/** The request of the client. RFC 6455 4.1 */
export function webSocketRequest(path: string, subprotocol: string): Uint8Array {
  return lines(
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Protocol: ${subprotocol}`,
  )
}

/** The answer of the server. RFC 6455 4.2.2 */
export function webSocketAnswer(subprotocol: string): Uint8Array {
  return lines(
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${ACCEPT}`,
    `Sec-WebSocket-Protocol: ${subprotocol}`,
  )
}

/**
 * One whole text. A client masks, here with zeros, so that who looks at the octets can read them.
 *
 * @throws {RangeError} Over 65535 octets.
 */
export function textFrame(octets: Uint8Array, isClient: boolean): Uint8Array {
  const mask = isClient ? MASKED : 0
  const { length } = octets
  const size =
    length < LONG
      ? Uint8Array.of(mask | length)
      : concatOctets(Uint8Array.of(mask | LONG), uint16(length))
  const key = new Uint8Array(isClient ? MASK_OCTETS : 0)
  return concatOctets(Uint8Array.of(TEXT), size, key, octets)
}

function lines(...text: readonly string[]): Uint8Array {
  return utf8([...text, '', ''].join('\r\n'))
}
