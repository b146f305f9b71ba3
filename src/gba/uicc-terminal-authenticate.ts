/** AUTHENTICATE as a terminal sends it, and every answer that a card may give. TS 31.102 7.1, 7.3.1 */
import {
  type Challenge,
  CONTEXT,
  decodeGbaResponse,
  decodeUmtsResponse,
  encodeChallenge,
  encodeGbaCommand,
} from '../apdu/authenticate-data.ts'
import { MAX_LE } from '../apdu/command-apdu.ts'
import { INS } from '../apdu/instructions.ts'
import type { ResponseApdu } from '../apdu/response-apdu.ts'
import { SW } from '../apdu/status-words.ts'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage, Unsupported } from '../errors/errors.ts'
import type { Impi } from '../identity/impi.ts'
import { encodeNafId, type NafId } from '../identity/naf-id.ts'
import { toHex, utf8 } from '../octets/octets.ts'
import type { CardChallengeOutcome, CardUmtsOutcome } from './gba-card.ts'
import {
  CardRefused,
  type CommandSender,
  type CommandTrace,
  isOk,
} from './uicc-terminal-commands.ts'

const BOOTSTRAPPING = 'AUTHENTICATE GBA bootstrapping'
const NAF_DERIVATION = 'AUTHENTICATE GBA NAF derivation'
const UMTS = 'AUTHENTICATE 3G'
const TAG_SYNC_FAILURE = 0xdc
const KS_EXT_NAF_LENGTH = 32
const MAX_NAF_DERIVATION = 252
const NO_KS: readonly number[] = [SW.conditionsNotSatisfied, SW.referencedDataNotFound]
const CIPHER_KEY_LENGTH = 16
/** Octets of RES; without any the answer to the BSF would be that of a resynchronisation. TS 33.102 6.3.7, TS 35.231 6.1 */
const RES_LENGTH = { min: 4, max: 32 }

/** Bootstrapping mode. @throws {CardRefused} For every status word but 90 00 and 98 62. */
export async function authenticateBootstrapping(
  sender: CommandSender,
  challenge: Challenge,
): Promise<CardChallengeOutcome> {
  const data = encodeGbaCommand({ mode: 'bootstrapping', ...challenge })
  const traced = { message: BOOTSTRAPPING, fields: fieldsOf(challenge) }
  const response = await authenticate(sender, { p2: CONTEXT.gba, data }, traced)
  if (response === undefined) return { outcome: 'mac-failure' }
  const answer = decodeGbaResponse(response.data)
  if (answer.outcome === 'sync-failure') return answer
  return { outcome: 'success', res: resOf(answer.value) }
}

/** 3G context, for GBA_ME. @throws {CardRefused} As `authenticateBootstrapping`. */
export async function authenticateUmts(
  sender: CommandSender,
  challenge: Challenge,
): Promise<CardUmtsOutcome> {
  const data = encodeChallenge(challenge)
  const traced = { message: UMTS, fields: fieldsOf(challenge) }
  const response = await authenticate(sender, { p2: CONTEXT.umts, data }, traced)
  if (response === undefined) return { outcome: 'mac-failure' }
  const answer = decodeUmtsResponse(response.data)
  if (answer.outcome === 'sync-failure') return answer
  const { res, ck, ik } = answer
  if (ck.length !== CIPHER_KEY_LENGTH || ik.length !== CIPHER_KEY_LENGTH) {
    throw new Unsupported('the CK and IK of the card have not 128 bits, which GBA needs')
  }
  return { outcome: 'success', res: resOf(res), ck: Secret.of(ck), ik: Secret.of(ik) }
}

/**
 * NAF derivation mode: Ks_ext_NAF, 32 octets; `undefined` if the card has no Ks: 69 85, or 6A 88 in the words
 * of some cards.
 *
 * @throws {CardRefused} For every other status word but 90 00.
 * @throws {Unsupported} If NAF_Id and IMPI do not fit one command.
 * @throws {InvalidMessage} If the key has another length.
 */
export async function authenticateNafDerivation(
  sender: CommandSender,
  nafId: NafId,
  impi: Impi,
): Promise<Secret | undefined> {
  const parts = { nafId: encodeNafId(nafId), impi: utf8(impi) }
  if (parts.nafId.length + parts.impi.length > MAX_NAF_DERIVATION) {
    throw new Unsupported('NAF_Id and IMPI have over 252 octets: no card takes them')
  }
  const data = encodeGbaCommand({ mode: 'naf-derivation', ...parts })
  const fields = { NAF: nafId.nafFqdn, UaID: nafId.uaId, IMPI: impi }
  const response = await send(
    sender,
    { p2: CONTEXT.gba, data },
    { message: NAF_DERIVATION, fields },
  )
  if (NO_KS.includes(response.sw)) return undefined
  if (!isOk(response)) throw new CardRefused(NAF_DERIVATION, response)
  const answer = decodeGbaResponse(response.data)
  if (answer.outcome !== 'success' || answer.value.length !== KS_EXT_NAF_LENGTH) {
    throw new InvalidMessage('not 32 octets', 'Ks_ext_NAF')
  }
  return Secret.of(answer.value)
}

function resOf(octets: Uint8Array): Secret {
  if (octets.length < RES_LENGTH.min || octets.length > RES_LENGTH.max) {
    throw new InvalidMessage('not 4 to 32 octets', 'RES')
  }
  return Secret.of(octets)
}

interface AuthenticateCommand {
  readonly p2: number
  readonly data: Uint8Array
}

/** `undefined` for 98 62. */
async function authenticate(
  sender: CommandSender,
  command: AuthenticateCommand,
  traced: CommandTrace,
): Promise<ResponseApdu | undefined> {
  const response = await send(sender, command, traced)
  if (response.sw === SW.incorrectMac) return undefined
  if (!isOk(response)) throw new CardRefused(traced.message, response)
  return response
}

/** Case 4: over T=1 a card gives nothing where no Le asks for it; over T=0 Le stays in the reader. ISO/IEC 7816-3 12.1.3 */
async function send(
  sender: CommandSender,
  { p2, data }: AuthenticateCommand,
  traced: CommandTrace,
): Promise<ResponseApdu> {
  return sender.send(
    { ins: INS.authenticate, p1: 0, p2, data, le: MAX_LE },
    { ...traced, outcomeOf },
  )
}

/** RAND and AUTN are public; what a card answers is not. */
function fieldsOf({ rand, autn }: Challenge) {
  return { RAND: toHex(rand), AUTN: toHex(autn) }
}

function outcomeOf(response: ResponseApdu): string {
  if (response.sw === SW.incorrectMac) return 'MAC failure'
  if (NO_KS.includes(response.sw)) return 'no Ks'
  if (!isOk(response)) return 'refused'
  return response.data[0] === TAG_SYNC_FAILURE ? 'synchronisation failure' : 'success'
}
