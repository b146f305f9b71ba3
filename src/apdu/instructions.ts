/**
 * Instruction octets that our card knows and our terminal sends. TS 102 221 10.1.2, TS 31.102 7.1
 *
 * START, PROVE and CONFIRM EUKEY are our own (K-1), of class 8X; no standard that a UICC follows uses
 * their octets with it.
 */

/** Instruction octets by name. */
export const INS = {
  verifyPin: 0x20,
  changePin: 0x24,
  disablePin: 0x26,
  enablePin: 0x28,
  unblockPin: 0x2c,
  startEuKey: 0x3a,
  proveEuKey: 0x3c,
  confirmEuKey: 0x3e,
  manageChannel: 0x70,
  authenticate: 0x88,
  searchRecord: 0xa2,
  select: 0xa4,
  readBinary: 0xb0,
  readRecord: 0xb2,
  getResponse: 0xc0,
  updateBinary: 0xd6,
  updateRecord: 0xdc,
  status: 0xf2,
} as const

/** Names of the commands as their specification writes them. */
export const INSTRUCTION_NAMES: Readonly<Record<number, string>> = {
  [INS.verifyPin]: 'VERIFY PIN',
  [INS.changePin]: 'CHANGE PIN',
  [INS.disablePin]: 'DISABLE PIN',
  [INS.enablePin]: 'ENABLE PIN',
  [INS.unblockPin]: 'UNBLOCK PIN',
  [INS.startEuKey]: 'START EUKEY',
  [INS.proveEuKey]: 'PROVE EUKEY',
  [INS.confirmEuKey]: 'CONFIRM EUKEY',
  [INS.manageChannel]: 'MANAGE CHANNEL',
  [INS.authenticate]: 'AUTHENTICATE',
  [INS.searchRecord]: 'SEARCH RECORD',
  [INS.select]: 'SELECT',
  [INS.readBinary]: 'READ BINARY',
  [INS.readRecord]: 'READ RECORD',
  [INS.getResponse]: 'GET RESPONSE',
  [INS.updateBinary]: 'UPDATE BINARY',
  [INS.updateRecord]: 'UPDATE RECORD',
  [INS.status]: 'STATUS',
}
