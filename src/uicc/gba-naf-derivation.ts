/** The card's side of NAF derivation. TS 33.220 5.3.2, G.2 */
import type { ApplicationName } from '../apdu/aid.ts'
import { encodeGbaSuccess } from '../apdu/authenticate-data.ts'
import { decodeEfGbabp } from '../apdu/ef-gbabp.ts'
import { encodeNafListEntry } from '../apdu/ef-gbanl.ts'
import { SW } from '../apdu/status-words.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { deriveKsExtNaf, deriveKsIntNaf } from '../gba/ks-naf.ts'
import { equalOctets, fromUtf8 } from '../octets/octets.ts'
import { type Outcome, refuse, type Turn } from './card.ts'
import { contentsOf, type GbaMemory, type NafKey, withContents } from './card-memory.ts'
import { gbaFileOf } from './gba-bootstrapping.ts'

/** What a terminal gives. */
export interface NafDerivation {
  /** NAF FQDN ‖ Ua security protocol identifier (5 octets). */
  readonly nafId: Uint8Array
  /** IMPI as UTF-8. */
  readonly impi: Uint8Array
}

const UA_ID_LENGTH = 5

/**
 * Ks_ext_NAF leaves the card; Ks_int_NAF stays with NAF_Id and B-TID, in the record of the same NAF_Id, a
 * free one, or the least recently used one. Needs Ks and nothing else: a terminal that has not written the
 * B-TID yet gets its key, listed without B-TID. 69 85 without Ks is from memory (85 %).
 *
 * @throws {InvalidMessage} If NAF_Id is no longer than its identifier, or IMPI is not UTF-8.
 * @see TS 33.220 G.2
 */
export function deriveNafKeys(
  turn: Turn,
  application: ApplicationName,
  { nafId, impi }: NafDerivation,
): Outcome {
  if (nafId.length <= UA_ID_LENGTH) throw new InvalidMessage('no domain name in it', 'NAF_Id')
  if (impi.length === 0) throw new InvalidMessage('empty', 'IMPI')
  const input = { nafId, impi: fromUtf8(impi, 'IMPI') }
  const gba = turn.state.memory.gba[application]
  if (gba === undefined) return refuse(turn, SW.conditionsNotSatisfied)
  const { ks, rand } = gba
  const ksExtNaf = deriveKsExtNaf(ks, { rand, ...input })
  const nafKey = {
    nafId,
    btid: btidOf(turn, application, gba),
    ksIntNaf: deriveKsIntNaf(ks, { rand, ...input }),
  }
  const kept = keep(turn, application, nafKey)
  if (kept === undefined) return refuse(turn, SW.noMemorySpace)
  return { ...kept, sw: SW.ok, data: encodeGbaSuccess(ksExtNaf.reveal()) }
}

/** B-TID that the terminal wrote for this run; empty if it has not, or the file holds another RAND. */
function btidOf(turn: Turn, application: ApplicationName, { rand }: GbaMemory): string {
  const contents = contentsOf(turn.state.memory, gbaFileOf(turn, application, 'gbabp'))
  try {
    const file = decodeEfGbabp(contents)
    return equalOctets(file.rand, rand) ? file.btid : ''
  } catch (error) {
    if (error instanceof InvalidMessage) return ''
    throw error
  }
}

/** `undefined` if NAF_Id and B-TID together do not fit a record. */
function keep(
  turn: Turn,
  application: ApplicationName,
  nafKey: Omit<NafKey, 'record'>,
): Pick<Outcome, 'state'> | undefined {
  const { memory } = turn.state
  const gba = memory.gba[application]
  const file = gbaFileOf(turn, application, 'gbanl')
  const length = file.recordLength ?? 0
  const nafKeys = gba?.nafKeys ?? []
  const record = pickRecord(nafKeys, nafKey.nafId, file.initial.length / length)
  const contents = contentsOf(memory, file).slice()
  const entry = encodeEntry(nafKey, length)
  if (gba === undefined || entry === undefined) return undefined
  contents.set(entry, (record - 1) * length)
  const others = nafKeys.filter((other) => other.record !== record)
  const kept = { ...gba, nafKeys: [{ ...nafKey, record }, ...others] }
  const next = { ...memory, gba: { ...memory.gba, [application]: kept } }
  return { state: { ...turn.state, memory: withContents(next, file, contents) } }
}

/** The record of the same NAF_Id, else a free one, else the one at the end of the list. TS 33.220 G.2 */
function pickRecord(nafKeys: readonly NafKey[], nafId: Uint8Array, records: number): number {
  const same = nafKeys.find((known) => equalOctets(known.nafId, nafId))
  if (same !== undefined) return same.record
  const used = new Set(nafKeys.map(({ record }) => record))
  const free = Array.from({ length: records }, (_, index) => index + 1).find((n) => !used.has(n))
  return free ?? nafKeys.at(-1)?.record ?? 1
}

function encodeEntry(nafKey: Omit<NafKey, 'record'>, length: number): Uint8Array | undefined {
  try {
    return encodeNafListEntry(nafKey, length)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
