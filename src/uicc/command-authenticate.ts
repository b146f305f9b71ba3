/**
 * AUTHENTICATE in GSM, 3G and GBA security context. TS 31.102 7.1, TS 31.103 7.1
 *
 * MAC comes before SQN: 98 62 says that the whole check failed, and changes nothing; an SQN out of range is
 * no error but 90 00 with AUTS. What an AUTHENTICATE changes is saved before its answer leaves the card.
 */
import type { AkaOutputs } from '../aka/aka-functions.ts'
import { type ChallengeVerdict, verifyChallenge } from '../aka/verify-challenge.ts'
import {
  type Challenge,
  CONTEXT,
  decodeChallenge,
  decodeGbaCommand,
  decodeGsmChallenge,
  encodeGbaSuccess,
  encodeGsmSuccess,
  encodeSyncFailure,
  encodeUmtsSuccess,
} from '../apdu/authenticate-data.ts'
import { SW } from '../apdu/status-words.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { answer, currentApplication, type Outcome, refuse, type Turn } from './card.ts'
import { type CardMemory, sqnArrayOf } from './card-memory.ts'
import type { ApplicationProfile } from './card-profile.ts'
import { keepBootstrap, recoverAutn } from './gba-bootstrapping.ts'
import { deriveNafKeys } from './gba-naf-derivation.ts'
import { convertKeys, convertRes } from './gsm-conversion.ts'
import { isPinSatisfied } from './security-status.ts'

const CIPHER_KEY_LENGTH = 16
const KNOWN_CONTEXTS: readonly number[] = Object.values(CONTEXT)

/** P1 00, and a security context that TS 31.102 7.1.2 knows. */
export function isAuthenticateParameters(p1: number, p2: number): boolean {
  return p1 === 0 && KNOWN_CONTEXTS.includes(p2)
}

/** Needs an active application whose ADF is the current directory, and the PIN if it is enabled. */
export function authenticate(turn: Turn): Outcome {
  const application = currentApplication(turn)
  if (application === undefined) return refuse(turn, SW.conditionsNotSatisfied)
  if (!isPinSatisfied(turn.state, 'pin')) return refuse(turn, SW.securityStatusNotSatisfied)
  const run = contextOf(turn.command.p2, application)
  if (run === undefined) return refuse(turn, SW.contextNotSupported)
  try {
    return run(turn, application)
  } catch (error) {
    if (error instanceof InvalidMessage) return refuse(turn, statusOf(error))
    throw error
  }
}

type Context = (turn: Turn, application: ApplicationProfile) => Outcome

/** 98 64 for a context that the application does not have is from memory (85 %). TS 31.102 7.3 */
function contextOf(p2: number, application: ApplicationProfile): Context | undefined {
  if (p2 === CONTEXT.umts) return authenticateUmts
  if (p2 === CONTEXT.gba && application.gba) return authenticateGba
  if (p2 === CONTEXT.gsm && hasGsm(application)) return authenticateGsm
  return undefined
}

/** Length fields that do not add up to Lc are a wrong length; a wrong tag or part is wrong data. */
function statusOf({ reason }: InvalidMessage): number {
  const isLength = reason === 'truncated' || reason === 'trailing octets'
  return isLength ? SW.wrongLength : SW.incorrectData
}

/** RES, CK and IK leave the card, and with service 27 Kc. */
function authenticateUmts(turn: Turn, application: ApplicationProfile): Outcome {
  const verdict = verify(turn, application, decodeChallenge(turn.command.data))
  if (verdict.outcome !== 'success') return fail(turn, verdict)
  const { res, ck, ik } = verdict
  const kc = hasGsm(application) && hasCipherKeys({ ck, ik }) ? { kc: convertKeys({ ck, ik }) } : {}
  const keys = { res: res.reveal(), ck: ck.reveal(), ik: ik.reveal(), ...kc }
  return succeed(turn, verdict.memory, encodeUmtsSuccess(keys))
}

/** SRES and Kc, without any proof of the network. TS 33.102 6.8.1.2 */
function authenticateGsm(turn: Turn, application: ApplicationProfile): Outcome {
  const rand = decodeGsmChallenge(turn.command.data)
  const { functions } = turn.card.functionsOf(application.application)
  const outputs = functions.f2345(rand)
  if (!hasCipherKeys(outputs) || outputs.res.length > CIPHER_KEY_LENGTH) {
    return refuse(turn, SW.contextNotSupported)
  }
  return answer(turn, encodeGsmSuccess({ sres: convertRes(outputs), kc: convertKeys(outputs) }))
}

function authenticateGba(turn: Turn, application: ApplicationProfile): Outcome {
  const command = decodeGbaCommand(turn.command.data)
  return command.mode === 'bootstrapping'
    ? bootstrap(turn, application, command)
    : deriveNafKeys(turn, application.application, command)
}

/** Bootstrapping: CK and IK become Ks and stay, RES leaves with its last bit flipped. TS 33.220 5.3.2, G.1 */
function bootstrap(turn: Turn, application: ApplicationProfile, challenge: Challenge): Outcome {
  const { functions } = turn.card.functionsOf(application.application)
  const autn = recoverAutn(functions, challenge)
  if (autn === undefined) return refuse(turn, SW.contextNotSupported)
  const verdict = verify(turn, application, { rand: challenge.rand, autn })
  if (verdict.outcome !== 'success') return fail(turn, verdict)
  const { memory, res } = keepBootstrap(turn, application.application, {
    ...verdict,
    rand: challenge.rand,
  })
  return succeed(turn, memory, encodeGbaSuccess(res.reveal()))
}

type Verified = Extract<ChallengeVerdict, { outcome: 'success' }> & { readonly memory: CardMemory }
type Failed = Exclude<ChallengeVerdict, { outcome: 'success' }>

/** MAC, then SQN; on success with the memory in which the SQN counts as used. TS 33.102 6.3.3 */
function verify(
  turn: Turn,
  { application }: ApplicationProfile,
  challenge: Challenge,
): Verified | Failed {
  const { functions, sqnOwner } = turn.card.functionsOf(application)
  const policy = turn.card.profile.sqn
  const { memory } = turn.state
  const sqnArray = sqnArrayOf(memory, sqnOwner, policy.indLength)
  const verdict = verifyChallenge(functions, { sqnArray, policy }, challenge)
  if (verdict.outcome !== 'success') return verdict
  const sqnArrays = { ...memory.sqnArrays, [sqnOwner]: verdict.sqnArray }
  return { ...verdict, memory: { ...memory, sqnArrays } }
}

function fail(turn: Turn, verdict: Failed): Outcome {
  if (verdict.outcome === 'mac-failure') return refuse(turn, SW.incorrectMac)
  return answer(turn, encodeSyncFailure(verdict.auts))
}

function succeed(turn: Turn, memory: CardMemory, data: Uint8Array): Outcome {
  return { state: { ...turn.state, memory }, sw: SW.ok, data }
}

function hasGsm(application: ApplicationProfile): boolean {
  return application.application === 'USIM' && application.gsm
}

/** Kc is made of CK and IK of 128 bits; some TUAK profiles have longer ones. */
function hasCipherKeys({ ck, ik }: Pick<AkaOutputs, 'ck' | 'ik'>): boolean {
  return ck.length === CIPHER_KEY_LENGTH && ik.length === CIPHER_KEY_LENGTH
}
