/** ClientHellos and records of a client, made by hand. */
import { concatOctets, lengthPrefixed, uint16, utf8 } from '../octets/octets.ts'

/** What a hello holds beside the constants. */
export interface HelloParts {
  readonly versions?: readonly number[]
  readonly serverName?: string
  readonly identities?: readonly (string | Uint8Array)[]
  readonly binders?: readonly number[]
  /** More extensions before `pre_shared_key`. */
  readonly extensions?: readonly Uint8Array[]
  /** More extensions after it. */
  readonly late?: readonly Uint8Array[]
}

/** An extension. */
export function extension(type: number, data: Uint8Array): Uint8Array {
  return concatOctets(uint16(type), lengthPrefixed(data))
}

/** Extension `server_name` with one host name. */
export function serverNameExtension(...names: readonly string[]): Uint8Array {
  const list = names.map((name) => concatOctets(Uint8Array.of(0), lengthPrefixed(utf8(name))))
  return extension(0, lengthPrefixed(concatOctets(...list)))
}

/** Body of a ClientHello. */
export function helloBody(parts: HelloParts = {}): Uint8Array {
  const { versions, serverName, identities, extensions = [], late = [] } = parts
  const all = [...extensions]
  if (serverName !== undefined) all.push(serverNameExtension(serverName))
  if (versions !== undefined) {
    const list = concatOctets(...versions.map(uint16))
    all.push(extension(43, concatOctets(Uint8Array.of(list.length), list)))
  }
  if (identities !== undefined) all.push(preSharedKey(identities, parts.binders))
  all.push(...late)
  return concatOctets(
    uint16(0x0303),
    new Uint8Array(32).fill(9),
    Uint8Array.of(0),
    lengthPrefixed(Uint8Array.of(0x13, 0x01, 0x00, 0xa8)),
    Uint8Array.of(1, 0),
    lengthPrefixed(concatOctets(...all)),
  )
}

function preSharedKey(
  identities: readonly (string | Uint8Array)[],
  binders: readonly number[] = identities.map(() => 32),
): Uint8Array {
  const list = identities.map((identity) => {
    const octets = typeof identity === 'string' ? utf8(identity) : identity
    return concatOctets(lengthPrefixed(octets), new Uint8Array(4))
  })
  const proofs = binders.map((length) =>
    concatOctets(Uint8Array.of(length), new Uint8Array(length)),
  )
  const both = [concatOctets(...list), concatOctets(...proofs)].map(lengthPrefixed)
  return extension(41, concatOctets(...both))
}

/** A handshake message with its header. */
export function handshake(type: number, body: Uint8Array): Uint8Array {
  return concatOctets(Uint8Array.of(type, body.length >> 16), uint16(body.length & 0xffff), body)
}

/** A record. */
export function record(type: number, content: Uint8Array): Uint8Array {
  return concatOctets(Uint8Array.of(type, 3, 3), lengthPrefixed(content))
}

/** A ClientHello in one record. */
export function helloRecord(parts: HelloParts = {}): Uint8Array {
  return record(22, handshake(1, helloBody(parts)))
}

/** A ClientKeyExchange in one record. */
export function keyExchangeRecord(identity: string): Uint8Array {
  return record(22, handshake(16, lengthPrefixed(utf8(identity))))
}
