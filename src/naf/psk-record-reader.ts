/**
 * The records of a client while a TLS handshake is still plain: finds the identities of its pre-shared
 * keys, so that the key can be fetched before the record goes on to the TLS implementation.
 *
 * TLS 1.3 has them in one or, after a HelloRetryRequest, two ClientHellos; TLS 1.2 has one in the
 * ClientKeyExchange. RFC 8446 4.1, 5.1 and D.4, RFC 5246 6.2.1, RFC 4279 2
 */
import { InvalidMessage, UnexpectedMessage } from '../errors/errors.ts'
import { concatOctets } from '../octets/octets.ts'
import {
  type ClientHello,
  parseClientHello,
  parsePskClientKeyExchange,
} from './psk-client-hello.ts'
import type { PskOffer, PskVersion } from './psk-exchange.ts'

/** One record of the client, to be let go after its offers have been answered. */
export interface PskRecord {
  /** The whole record as it came. */
  readonly octets: Uint8Array
  readonly offers: readonly PskOffer[]
}

/** Reads the start of one connection. */
export interface PskRecordReader {
  /** Takes octets of the client, in any pieces. */
  feed(octets: Uint8Array): void
  /**
   * The next record, or `undefined` if it is not whole yet or the plain part is over.
   *
   * @throws {InvalidMessage} If a record or message cannot be read, or is too large.
   * @throws {UnexpectedMessage} If a message does not belong where it came.
   */
  next(): PskRecord | undefined
  /** Whether nothing that follows can hold an identity. */
  readonly isOver: boolean
  /** All octets that `next` has not given, once the plain part is over. */
  rest(): Uint8Array
}

type ReaderState =
  | { readonly name: 'awaiting-hello' }
  | { readonly name: 'awaiting-key-exchange'; readonly hello: ClientHello }
  | { readonly name: 'awaiting-second-hello' }
  | { readonly name: 'awaiting-ciphertext' }
  | { readonly name: 'over' }

type Stepped = readonly [ReaderState, (PskOffer | undefined)?]

const HEADER_LENGTH = 5
const MAX_FRAGMENT_LENGTH = 1 << 14
const MESSAGE_HEADER_LENGTH = 4
const CHANGE_CIPHER_SPEC = 20
const ALERT = 21
const HANDSHAKE = 22
const APPLICATION_DATA = 23
const CLIENT_HELLO = 1
const CLIENT_KEY_EXCHANGE = 16
/** Records of one client until the identity is known; the largest hellos seen have some 10,000 octets. */
const MAX_PLAIN_OCTETS = 64 * 1024

/** @param versions What the server speaks; it takes the highest that the client has too. */
export function createPskRecordReader(versions: readonly PskVersion[]): PskRecordReader {
  let state: ReaderState = { name: 'awaiting-hello' }
  const cutter = createRecordCutter()
  /** Start of a handshake message whose rest is in records to come. */
  let fragment: Uint8Array = new Uint8Array(0)

  const readMessages = (content: Uint8Array): PskOffer[] => {
    const offers: PskOffer[] = []
    let rest = concatOctets(fragment, content)
    for (;;) {
      const length = messageLengthOf(rest)
      if (length === undefined || rest.length < length) break
      const [next, offer] = step(state, rest.subarray(0, length), versions)
      state = next
      if (offer !== undefined) offers.push(offer)
      rest = rest.subarray(length)
    }
    fragment = rest
    return offers
  }

  const readRecord = (octets: Uint8Array): PskOffer[] => {
    const type = octets[0] as number
    if (type === ALERT) return []
    if (type === HANDSHAKE) return readMessages(octets.subarray(HEADER_LENGTH))
    // No other record comes between the fragments of a message. RFC 8446 5.1
    if (fragment.length > 0) throw new UnexpectedMessage(state.name, 'record')
    const isTls13 = state.name === 'awaiting-second-hello' || state.name === 'awaiting-ciphertext'
    if (!isTls13) throw new UnexpectedMessage(state.name, 'record')
    // A change_cipher_spec of the compatibility mode means nothing. RFC 8446 D.4
    if (type === APPLICATION_DATA) state = { name: 'over' }
    return []
  }

  return {
    feed: (octets) => cutter.feed(octets),
    next() {
      if (state.name === 'over') return undefined
      const octets = cutter.take()
      return octets && { octets, offers: readRecord(octets) }
    },
    get isOver() {
      return state.name === 'over'
    },
    rest: () => cutter.rest(),
  }
}

/** Cuts what is fed into records; pieces are joined only when there is one, so that single octets cost little. */
function createRecordCutter() {
  let fed: Uint8Array[] = []
  let fedLength = 0
  let takenLength = 0
  return {
    feed(octets: Uint8Array): void {
      fed.push(octets)
      fedLength += octets.length
    },
    take(): Uint8Array | undefined {
      if (fedLength < HEADER_LENGTH) return undefined
      const length = HEADER_LENGTH + fragmentLengthOf(headerOf(fed))
      if (takenLength + length > MAX_PLAIN_OCTETS) throw new InvalidMessage('too long', 'handshake')
      if (fedLength < length) return undefined
      const joined = concatOctets(...fed)
      fed = [joined.subarray(length)]
      fedLength -= length
      takenLength += length
      return joined.slice(0, length)
    },
    rest(): Uint8Array {
      const rest = concatOctets(...fed)
      fed = []
      fedLength = 0
      return rest
    },
  }
}

/** What a whole handshake message of the client does. */
function step(state: ReaderState, message: Uint8Array, versions: readonly PskVersion[]): Stepped {
  const type = message[0]
  const body = message.subarray(MESSAGE_HEADER_LENGTH)
  switch (state.name) {
    case 'awaiting-hello':
      if (type === CLIENT_HELLO) return firstHello(parseClientHello(body), versions)
      break
    case 'awaiting-second-hello':
      if (type === CLIENT_HELLO) {
        return [{ name: 'awaiting-ciphertext' }, offerOfHello(parseClientHello(body))]
      }
      break
    case 'awaiting-key-exchange':
      if (type !== CLIENT_KEY_EXCHANGE) break
      return [{ name: 'over' }, offerOfKeyExchange(parsePskClientKeyExchange(body), state.hello)]
    case 'awaiting-ciphertext':
      break
    case 'over':
      // The rest of a record whose first message was the last plain one: the platform judges it.
      return [state]
  }
  throw new UnexpectedMessage(state.name, `handshake message ${type}`)
}

/** A hello that fits no version goes on unread: the platform has the right alert for it. */
function firstHello(hello: ClientHello, versions: readonly PskVersion[]): Stepped {
  if (hello.offersTls13 && versions.includes('1.3')) {
    return [{ name: 'awaiting-second-hello' }, offerOfHello(hello)]
  }
  if (hello.offersTls12 && versions.includes('1.2'))
    return [{ name: 'awaiting-key-exchange', hello }]
  return [{ name: 'over' }]
}

function offerOfHello(hello: ClientHello): PskOffer | undefined {
  const { identities, serverName } = hello
  if (identities.length === 0) return undefined
  return { version: '1.3', identities, ...(serverName !== undefined && { serverName }) }
}

/** An identity that is not text is offered as none at all. */
function offerOfKeyExchange(identity: string | undefined, { serverName }: ClientHello): PskOffer {
  const identities = identity === undefined ? [] : [identity]
  return { version: '1.2', identities, ...(serverName !== undefined && { serverName }) }
}

/** The first five octets, which may be in as many pieces. */
function headerOf(pieces: readonly Uint8Array[]): Uint8Array {
  const header: number[] = []
  for (const piece of pieces) {
    header.push(...piece.subarray(0, HEADER_LENGTH - header.length))
    if (header.length === HEADER_LENGTH) break
  }
  return Uint8Array.from(header)
}

/** @throws {InvalidMessage} If it is no header of a plain TLS record. */
function fragmentLengthOf(header: Uint8Array): number {
  const [type = 0, major = 0, , high = 0, low = 0] = header
  if (type < CHANGE_CIPHER_SPEC || type > APPLICATION_DATA || major !== 3) {
    throw new InvalidMessage('not TLS', 'record')
  }
  const length = high * 256 + low
  const limit = type === APPLICATION_DATA ? MAX_FRAGMENT_LENGTH + 256 : MAX_FRAGMENT_LENGTH
  if (length > limit) throw new InvalidMessage('too long', 'record')
  if (length === 0 && type !== APPLICATION_DATA) throw new InvalidMessage('empty', 'record')
  return length
}

/** Of a handshake message with its header; `undefined` while the header is not whole. */
function messageLengthOf(octets: Uint8Array): number | undefined {
  if (octets.length < MESSAGE_HEADER_LENGTH) return undefined
  const [, high = 0, middle = 0, low = 0] = octets
  const length = MESSAGE_HEADER_LENGTH + high * 65_536 + middle * 256 + low
  if (length > MAX_PLAIN_OCTETS) throw new InvalidMessage('too long', 'handshake')
  return length
}
