/**
 * The gate between a TCP connection and the TLS implementation of a server: holds each record that names
 * a pre-shared key until that key has been fetched, because the platform asks for it synchronously.
 * Once the identity is known it is a plain pipe. RFC 4279 2, RFC 8446 4.2.11 and 6.2
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Secret } from '../../crypto/secret.ts'
import { UnexpectedMessage } from '../../errors/errors.ts'
import type { PskAnswer, PskLookup, PskOffer, PskPeer, PskVersion } from '../../naf/psk-exchange.ts'
import { createPskRecordReader, type PskRecordReader } from '../../naf/psk-record-reader.ts'

/** What a gate is given. */
export interface PskGateOptions {
  readonly versions: readonly PskVersion[]
  readonly lookup: PskLookup
  /** Hears once why the gate itself refused the connection. */
  readonly onRefused: (reason: PskRefusal) => void
}

/** Why a gate refuses: an answer of the look-up, or what the client sent. */
export type PskRefusal = Exclude<PskAnswer['outcome'], 'key'> | 'unexpected' | 'malformed'

/** A key that was fetched, and for whom. */
export interface FetchedKey {
  /** 32 octets. */
  readonly key: Secret
  readonly peer: PskPeer
}

/** Alert descriptions. RFC 8446 6, RFC 4279 2 */
const ALERTS: Readonly<Record<PskRefusal, number>> = {
  unexpected: 10,
  forbidden: 49,
  malformed: 50,
  unavailable: 80,
  'unknown-identity': 115,
}

/** Both sides of one connection; what is written goes to the client as it is. */
export class PskGate extends Duplex {
  readonly #socket: Socket
  readonly #options: PskGateOptions
  readonly #reader: PskRecordReader
  readonly #keys = new Map<string, FetchedKey>()
  #mode: 'reading' | 'waiting' | 'open' | 'refused' = 'reading'

  constructor(socket: Socket, options: PskGateOptions) {
    super()
    this.#socket = socket
    this.#options = options
    this.#reader = createPskRecordReader(options.versions)
    socket.on('data', (octets: Uint8Array) => this.#take(octets))
    socket.once('end', () => this.#end())
    socket.once('error', (error) => this.destroy(error))
    socket.once('close', () => this.destroy())
  }

  /** The key of an identity that went through this gate; the platform asks when it reads the record. */
  keyOf(version: PskVersion, identity: string): FetchedKey | undefined {
    return this.#keys.get(nameOf(version, identity))
  }

  /** The handshake is over: from now on no key is given, whatever a client tries. */
  forgetKeys(): void {
    this.#keys.clear()
  }

  override _read(): void {
    if (this.#mode !== 'waiting') this.#socket.resume()
  }

  override _write(octets: Uint8Array, _encoding: unknown, done: (error?: Error | null) => void) {
    this.#socket.write(octets, done)
  }

  override _final(done: () => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.forgetKeys()
    this.#socket.destroy()
    done(error)
  }

  /** Who ends before the handshake does wants nothing more; after it, TLS may still have to answer. */
  #end(): void {
    if (this.#mode === 'open') this.push(null)
    else this.destroy()
  }

  #take(octets: Uint8Array): void {
    if (this.#mode === 'refused') return
    if (this.#mode === 'open') {
      if (!this.push(octets)) this.#socket.pause()
      return
    }
    this.#reader.feed(octets)
    // What comes while a key is fetched stays in the buffers of the connection.
    this.#mode = 'waiting'
    this.#socket.pause()
    void this.#letRecordsGo()
  }

  async #letRecordsGo(): Promise<void> {
    try {
      for (let record = this.#reader.next(); record; record = this.#reader.next()) {
        for (const offer of record.offers) {
          const refusal = await this.#obtain(offer)
          if (this.destroyed) return
          if (refusal !== undefined) return this.#refuse(refusal)
        }
        this.push(record.octets)
      }
    } catch (error) {
      return this.#refuse(error instanceof UnexpectedMessage ? 'unexpected' : 'malformed')
    }
    this.#mode = this.#reader.isOver ? 'open' : 'reading'
    if (this.#mode === 'open') this.push(this.#reader.rest())
    this.#socket.resume()
  }

  /** @returns Why there is no key. */
  async #obtain(offer: PskOffer): Promise<Exclude<PskAnswer['outcome'], 'key'> | undefined> {
    const { version, identities } = offer
    // The second hello after a HelloRetryRequest names the same identity again.
    if (identities.some((identity) => this.keyOf(version, identity) !== undefined)) return undefined
    const answer = await this.#lookUp(offer)
    if (answer.outcome !== 'key') return answer.outcome
    if (!this.destroyed) this.#keys.set(nameOf(version, answer.identity), answer)
    return undefined
  }

  async #lookUp(offer: PskOffer): Promise<PskAnswer> {
    try {
      return await this.#options.lookup(offer, this.#socket.remoteAddress ?? '')
    } catch {
      return { outcome: 'unavailable' }
    }
  }

  /** A fatal alert; what the client still sends is read and dropped, so that the alert arrives. */
  #refuse(reason: PskRefusal): void {
    this.#mode = 'refused'
    this.#options.onRefused(reason)
    this.#socket.end(Uint8Array.of(21, 3, 3, 0, 2, 2, ALERTS[reason]))
    this.#socket.resume()
  }
}

function nameOf(version: PskVersion, identity: string): string {
  return `${version} ${identity}`
}
