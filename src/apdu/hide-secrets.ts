/**
 * APDUs whose secrets are gone and whose structure is left, for who looks on: zeros in place of PINs, RES,
 * CK, IK, Ks_ext_NAF and session keys. Design 11
 */
import { decodeCommand } from './command-apdu.ts'
import { INS } from './instructions.ts'

const PIN_COMMANDS: readonly number[] = [
  INS.verifyPin,
  INS.changePin,
  INS.disablePin,
  INS.enablePin,
  INS.unblockPin,
]
const EUKEY_COMMANDS: readonly number[] = [INS.proveEuKey, INS.confirmEuKey]
/** First octet of the data of AUTHENTICATE that went well; RES, CK and IK follow, each behind its length. */
const AUTHENTICATE_SUCCESS = 0xdb
const HEADER_OCTETS = 5
const STATUS_OCTETS = 2

/** @param command A whole command APDU. @returns A copy of the same length. */
export function hideCommandSecrets(command: Uint8Array): Uint8Array {
  const hidden = command.slice()
  const { ins, data } = decodeCommand(command)
  const isSecret = PIN_COMMANDS.includes(ins) || EUKEY_COMMANDS.includes(ins)
  if (isSecret) hidden.fill(0, HEADER_OCTETS, HEADER_OCTETS + data.length)
  return hidden
}

/** @param response The whole answer to `command`, status word included. @returns A copy of the same length. */
export function hideResponseSecrets(response: Uint8Array, command: Uint8Array): Uint8Array {
  const hidden = response.slice()
  const { ins } = decodeCommand(command)
  const data = hidden.subarray(0, Math.max(0, hidden.length - STATUS_OCTETS))
  if (EUKEY_COMMANDS.includes(ins)) data.fill(0)
  else if (ins === INS.authenticate && data[0] === AUTHENTICATE_SUCCESS) hideValues(data)
  return hidden
}

/** Lengths stay, values go; what has no length of its own goes too. */
function hideValues(data: Uint8Array): void {
  for (let at = 1; at < data.length; ) {
    const length = data[at] as number
    data.fill(0, at + 1, at + 1 + length)
    at += 1 + length
  }
}
