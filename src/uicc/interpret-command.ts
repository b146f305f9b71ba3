/**
 * From a command APDU to a response APDU: class, instruction, parameters, length, then the command itself,
 * checked in this order. TS 102 221 10, 11
 *
 * The card speaks T=0: what a command with data gives waits for GET RESPONSE (61xx), and a wrong Le is
 * answered with the right one (6Cxx), the card being as it was. TS 102 221 7.3.1.1.5
 */
import { decodeClass } from '../apdu/class-octet.ts'
import { type CommandApdu, decodeCommand } from '../apdu/command-apdu.ts'
import { INS } from '../apdu/instructions.ts'
import { moreData, SW, wrongLe } from '../apdu/status-words.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { type Card, type CardState, NO_OCTETS, type Outcome, refuse, type Turn } from './card.ts'
import { authenticate, isAuthenticateParameters } from './command-authenticate.ts'
import { isBinaryParameters, readBinary, updateBinary } from './command-binary.ts'
import { isChannelParameters, manageChannel } from './command-channel.ts'
import { confirmEuKey, isEuKeyParameters, proveEuKey, startEuKey } from './command-eukey.ts'
import {
  changePin,
  disablePin,
  enablePin,
  isPinParameters,
  unblockPin,
  verifyPin,
} from './command-pin.ts'
import {
  isRecordParameters,
  isSearchParameters,
  readRecord,
  searchRecord,
  updateRecord,
} from './command-record.ts'
import { isSelectParameters, isStatusParameters, select, status } from './command-select.ts'

/** What a command needs: data or none, an answer or none. ISO/IEC 7816-3 12.1.2 */
type CommandCase = 1 | 2 | 3 | 4

interface Instruction {
  readonly kind: 'interindustry' | 'etsi'
  readonly cases: readonly CommandCase[]
  readonly isParameters: (p1: number, p2: number) => boolean
  readonly run: (turn: Turn) => Outcome
  /** Whether an answer always waits for GET RESPONSE. */
  readonly answersLater?: true
}

const interindustry = 'interindustry' as const

const INSTRUCTIONS: ReadonlyMap<number, Instruction> = new Map<number, Instruction>([
  [INS.select, { ...later(select), cases: [1, 2, 3, 4], isParameters: isSelectParameters }],
  [INS.status, { kind: 'etsi', cases: [1, 2], isParameters: isStatusParameters, run: status }],
  [INS.readBinary, row([2], isBinaryParameters, readBinary)],
  [INS.updateBinary, row([3], isBinaryParameters, updateBinary)],
  [INS.readRecord, row([2], isRecordParameters, readRecord)],
  [INS.updateRecord, row([3], isRecordParameters, updateRecord)],
  [INS.searchRecord, { ...later(searchRecord), cases: [3, 4], isParameters: isSearchParameters }],
  [INS.verifyPin, row([1, 3], isPinParameters, verifyPin)],
  [INS.changePin, row([3], isPinParameters, changePin)],
  [INS.disablePin, row([3], isPinParameters, disablePin)],
  [INS.enablePin, row([3], isPinParameters, enablePin)],
  [INS.unblockPin, row([1, 3], isPinParameters, unblockPin)],
  [INS.manageChannel, row([1, 2], isChannelParameters, manageChannel)],
  [
    INS.authenticate,
    { ...later(authenticate), cases: [3, 4], isParameters: isAuthenticateParameters },
  ],
  [INS.startEuKey, euKeyRow(startEuKey)],
  [INS.proveEuKey, euKeyRow(proveEuKey)],
  [INS.confirmEuKey, euKeyRow(confirmEuKey)],
  [INS.getResponse, row([2], (p1, p2) => p1 === 0 && p2 === 0, getResponse)],
])

/** The answer to one command, and the card after it. Never throws for anything that a terminal sends. */
export function interpretCommand(card: Card, before: CardState, octets: Uint8Array): Outcome {
  const command = decode(octets)
  const state = command?.ins === INS.getResponse ? before : withoutPending(before)
  if (command === undefined) return { state, sw: SW.wrongLength }
  const turn = admit(card, state, command)
  if (typeof turn === 'number') return { state, sw: turn }
  const { instruction } = turn
  if (!instruction.isParameters(command.p1, command.p2)) return refuse(turn, SW.incorrectP1P2)
  if (!instruction.cases.includes(caseOf(command, instruction))) return refuse(turn, SW.wrongLength)
  return present(turn, instruction.run(turn))
}

function decode(octets: Uint8Array): CommandApdu | undefined {
  try {
    return decodeCommand(octets)
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}

/** Class, secure messaging, channel, instruction, and whether the class is that of the instruction. */
function admit(
  card: Card,
  state: CardState,
  command: CommandApdu,
): (Turn & { readonly instruction: Instruction }) | number {
  const cla = decodeClass(command.cla)
  if (cla === undefined) return SW.classNotSupported
  if (cla.secureMessaging) return SW.secureMessagingNotSupported
  const selected = state.session.channels[cla.channel]
  if (selected === undefined) return SW.channelNotSupported
  const instruction = INSTRUCTIONS.get(command.ins)
  if (instruction === undefined) return SW.instructionNotSupported
  if (instruction.kind !== cla.kind) return SW.classNotSupported
  return { card, state, command, channel: cla.channel, selected, instruction }
}

/** Over T=0 a command of case 1 arrives with P3 = 00, which reads as an Le of 256. */
function caseOf({ data, le }: CommandApdu, { cases }: Instruction): CommandCase {
  if (data.length > 0) return le === undefined ? 3 : 4
  if (le === undefined) return 1
  return le === 256 && !cases.includes(2) ? 1 : 2
}

/** How the octets of an answer reach the terminal. */
function present(
  turn: Turn & { readonly instruction: Instruction },
  { state, sw, data = NO_OCTETS }: Outcome,
): Outcome {
  if (data.length === 0) return { state, sw }
  if (turn.instruction.answersLater === true) {
    const pending = { channel: turn.channel, data }
    return {
      state: { ...state, session: { ...state.session, pending } },
      sw: moreData(data.length),
    }
  }
  if (sw === SW.ok && turn.command.le !== data.length) return refuse(turn, wrongLe(data.length))
  return { state, sw, data }
}

/** What waits, in one piece or several. TS 102 221 11.2.1 */
function getResponse(turn: Turn): Outcome {
  const { pending } = turn.state.session
  if (pending?.channel !== turn.channel) return refuse(turn, SW.conditionsNotSatisfied)
  const length = turn.command.le ?? 0
  if (length > pending.data.length) return refuse(turn, wrongLe(pending.data.length))
  const data = pending.data.slice(0, length)
  const rest = pending.data.slice(length)
  const state = withoutPending(turn.state)
  if (rest.length === 0) return { state, sw: SW.ok, data }
  const session = { ...state.session, pending: { ...pending, data: rest } }
  return { state: { ...state, session }, sw: moreData(rest.length), data }
}

function withoutPending(state: CardState): CardState {
  if (state.session.pending === undefined) return state
  const { pending: _, ...session } = state.session
  return { ...state, session }
}

function row(
  cases: Instruction['cases'],
  isParameters: Instruction['isParameters'],
  run: Instruction['run'],
): Instruction {
  return { kind: interindustry, cases, isParameters, run }
}

/** Our own commands, of class 8X. K-1 */
function euKeyRow(run: Instruction['run']): Instruction {
  return { ...later(run), kind: 'etsi', cases: [3, 4], isParameters: isEuKeyParameters }
}

function later(run: Instruction['run']): Pick<Instruction, 'kind' | 'run' | 'answersLater'> {
  return { kind: interindustry, run, answersLater: true }
}
