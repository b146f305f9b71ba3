/** VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN. TS 102 221 9.5, 11.1.9 to 11.1.13 */
import { KEY_REFERENCE } from '../apdu/access-rules.ts'
import { retriesLeft, SW } from '../apdu/status-words.ts'
import { Secret } from '../crypto/secret.ts'
import { type CardState, type Outcome, refuse, type Turn } from './card.ts'
import { PIN_LENGTH, PIN_TRIES, type PinMemory, type PinName } from './card-memory.ts'

const PIN_NAMES: Readonly<Record<number, PinName>> = {
  [KEY_REFERENCE.pin1]: 'pin',
  [KEY_REFERENCE.pin2]: 'pin2',
  [KEY_REFERENCE.adm1]: 'adm1',
}

/** P1 00, and a key reference that TS 102 221 11.1.9.3 allows; bits 7 and 6 of P2 are RFU. */
export function isPinParameters(p1: number, p2: number): boolean {
  return p1 === 0 && p2 !== 0 && (p2 & 0x60) === 0
}

/** Without data: how many tries are left. TS 102 221 11.1.9 */
export function verifyPin(turn: Turn): Outcome {
  const pin = findPin(turn)
  if (pin === undefined) return refuse(turn, SW.referencedDataNotFound)
  const { data } = turn.command
  if (data.length === 0) return refuse(turn, retriesLeft(pin.memory.retries))
  if (data.length !== PIN_LENGTH) return refuse(turn, SW.wrongLength)
  if (!pin.memory.enabled) return refuse(turn, SW.referencedDataInvalidated)
  return present(turn, pin, (right) => right)
}

/** Old value, new value. TS 102 221 11.1.10 */
export function changePin(turn: Turn): Outcome {
  const pin = findPin(turn)
  if (pin === undefined) return refuse(turn, SW.referencedDataNotFound)
  const { data } = turn.command
  if (data.length !== 2 * PIN_LENGTH) return refuse(turn, SW.wrongLength)
  if (!pin.memory.enabled) return refuse(turn, SW.referencedDataInvalidated)
  const value = data.subarray(PIN_LENGTH)
  if (pin.name !== 'adm1' && !isPinValue(value)) return refuse(turn, SW.incorrectData)
  return present(turn, pin, (right) => ({ ...right, value: Secret.of(value) }))
}

/** TS 102 221 11.1.11; only the PIN itself can be disabled, and no universal PIN takes its place. */
export function disablePin(turn: Turn): Outcome {
  const pin = findPin(turn)
  if (pin === undefined) return refuse(turn, SW.referencedDataNotFound)
  if (turn.command.data.length !== PIN_LENGTH) return refuse(turn, SW.wrongLength)
  if (pin.name !== 'pin') return refuse(turn, SW.conditionsNotSatisfied)
  if (!pin.memory.enabled) return refuse(turn, SW.referencedDataInvalidated)
  return present(turn, pin, (right) => ({ ...right, enabled: false }))
}

/** TS 102 221 11.1.12 */
export function enablePin(turn: Turn): Outcome {
  const pin = findPin(turn)
  if (pin === undefined) return refuse(turn, SW.referencedDataNotFound)
  if (turn.command.data.length !== PIN_LENGTH) return refuse(turn, SW.wrongLength)
  if (pin.memory.enabled) return refuse(turn, SW.conditionsNotSatisfied)
  return present(turn, pin, (right) => ({ ...right, enabled: true }))
}

/** Unblocking code, new value; without data: how many tries of the code are left. TS 102 221 11.1.13 */
export function unblockPin(turn: Turn): Outcome {
  const pin = findPin(turn)
  const puk = pin?.memory.puk
  if (pin === undefined || puk === undefined) return refuse(turn, SW.referencedDataNotFound)
  const { data } = turn.command
  if (data.length === 0) return refuse(turn, retriesLeft(puk.retries))
  if (data.length !== 2 * PIN_LENGTH) return refuse(turn, SW.wrongLength)
  if (puk.retries === 0) return refuse(turn, SW.methodBlocked)
  const value = data.subarray(PIN_LENGTH)
  if (!isPinValue(value)) return refuse(turn, SW.incorrectData)
  if (!puk.value.equals(Secret.of(data.subarray(0, PIN_LENGTH)))) {
    const retries = puk.retries - 1
    const state = withPin(turn.state, pin.name, { ...pin.memory, puk: { ...puk, retries } })
    return { state, sw: retriesLeft(retries) }
  }
  const unblocked = {
    value: Secret.of(value),
    enabled: true,
    retries: PIN_TRIES.pin,
    puk: { ...puk, retries: PIN_TRIES.puk },
  }
  return { state: verified(withPin(turn.state, pin.name, unblocked), pin.name), sw: SW.ok }
}

/** Compares the first 8 octets with the PIN and counts; a right one is verified from then on. */
function present(
  turn: Turn,
  { name, memory }: FoundPin,
  change: (right: PinMemory) => PinMemory,
): Outcome {
  if (memory.retries === 0) return refuse(turn, SW.methodBlocked)
  if (!memory.value.equals(Secret.of(turn.command.data.subarray(0, PIN_LENGTH)))) {
    const retries = memory.retries - 1
    return {
      state: withPin(turn.state, name, { ...memory, retries }),
      sw: retriesLeft(retries),
    }
  }
  const right = memory.retries === PIN_TRIES.pin ? memory : { ...memory, retries: PIN_TRIES.pin }
  return { state: verified(withPin(turn.state, name, change(right)), name), sw: SW.ok }
}

interface FoundPin {
  readonly name: PinName
  readonly memory: PinMemory
}

function findPin({ command, state }: Turn): FoundPin | undefined {
  const name = PIN_NAMES[command.p2]
  return name === undefined ? undefined : { name, memory: state.memory.pins[name] }
}

/** The same memory if the PIN did not change, so that nothing has to be saved. */
function withPin(state: CardState, name: PinName, pin: PinMemory): CardState {
  if (pin === state.memory.pins[name]) return state
  const pins = { ...state.memory.pins, [name]: pin }
  return { ...state, memory: { ...state.memory, pins } }
}

function verified(state: CardState, name: PinName): CardState {
  const names = new Set([...state.session.verified, name])
  return { ...state, session: { ...state.session, verified: names } }
}

/** 4 to 8 digits in ASCII, padded with FF. TS 102 221 9.5.1 */
function isPinValue(value: Uint8Array): boolean {
  return /^(3\d){4,8}(ff)*$/.test(Buffer.from(value).toString('hex'))
}
