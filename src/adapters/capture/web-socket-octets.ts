/** CPNS messages and frames in a WebSocket, opened by a request and its answer. RFC 6455 4, 5.2 */
import { createHash } from 'node:crypto'
import { concatOctets, uint16, uint64, utf8 } from '../../octets/octets.ts'

const TEXT = 0x81
const BINARY = 0x82
const MASKED = 0x80
const MASK_OCTETS = 4
const LONG = 126
const MAX_LONG = 0xffff
const LONGER = 127
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

/** One whole frame. A client masks, here with zeros, so that who looks at the octets can read them. */
export function webSocketFrame(
  octets: Uint8Array,
  { isClient, isText }: { readonly isClient: boolean; readonly isText: boolean },
): Uint8Array {
  const key = new Uint8Array(isClient ? MASK_OCTETS : 0)
  const size = sizeOf(octets.length, isClient ? MASKED : 0)
  return concatOctets(Uint8Array.of(isText ? TEXT : BINARY), size, key, octets)
}

/** In 7, 16 or 64 bits. RFC 6455 5.2 */
function sizeOf(length: number, mask: number): Uint8Array {
  if (length < LONG) return Uint8Array.of(mask | length)
  if (length <= MAX_LONG) return concatOctets(Uint8Array.of(mask | LONG), uint16(length))
  return concatOctets(Uint8Array.of(mask | LONGER), uint64(BigInt(length)))
}

function lines(...text: readonly string[]): Uint8Array {
  return utf8([...text, '', ''].join('\r\n'))
}
