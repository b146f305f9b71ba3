/**
 * Status words: one table of every SW1 SW2 that our card gives and our terminal knows.
 * TS 102 221 10.2.1, TS 31.102 7.3
 */

/** One row: a status word, or 16 or 256 of them that carry a number in their last digits. */
export interface StatusWordRow {
  readonly sw: number
  /** Bits of `sw` that count; the others are the number. Default all. */
  readonly mask?: number
  /** What it says, in the words of its clause. */
  readonly meaning: string
  readonly clause: string
}

/** Status words by name; those of a family have zeros where their number goes. */
export const SW = {
  ok: 0x9000,
  moreData: 0x6100,
  searchUnsuccessful: 0x6282,
  retriesLeft: 0x63c0,
  memoryProblem: 0x6581,
  wrongLength: 0x6700,
  channelNotSupported: 0x6881,
  secureMessagingNotSupported: 0x6882,
  incompatibleFileStructure: 0x6981,
  securityStatusNotSatisfied: 0x6982,
  methodBlocked: 0x6983,
  referencedDataInvalidated: 0x6984,
  conditionsNotSatisfied: 0x6985,
  noEfSelected: 0x6986,
  incorrectData: 0x6a80,
  functionNotSupported: 0x6a81,
  fileNotFound: 0x6a82,
  recordNotFound: 0x6a83,
  incorrectP1P2: 0x6a86,
  referencedDataNotFound: 0x6a88,
  wrongP1P2: 0x6b00,
  wrongLe: 0x6c00,
  instructionNotSupported: 0x6d00,
  classNotSupported: 0x6e00,
  incorrectMac: 0x9862,
  contextNotSupported: 0x9864,
  keyFreshnessFailure: 0x9865,
  noMemorySpace: 0x9866,
} as const

/** One row a status word or family. */
export const STATUS_WORDS: readonly StatusWordRow[] = [
  row(SW.ok, 'normal ending of the command', 'TS 102 221 10.2.1.1'),
  row(
    0x9100,
    'normal ending, a proactive command of xx octets waits',
    'TS 102 221 10.2.1.1',
    0xff00,
  ),
  row(0x9200, 'normal ending, of a data transfer session', 'TS 102 221 10.2.1.1', 0xff00),
  row(SW.moreData, 'xx octets wait for GET RESPONSE', 'TS 102 221 7.3.1.1.5', 0xff00),
  row(0x6200, 'no information given, memory unchanged', 'TS 102 221 10.2.1.3'),
  row(SW.searchUnsuccessful, 'end of file reached, or unsuccessful search', 'TS 102 221 10.2.1.3'),
  row(0x6283, 'selected file invalidated', 'TS 102 221 10.2.1.3'),
  row(SW.retriesLeft, 'verification failed, x tries left', 'TS 102 221 10.2.1.3', 0xfff0),
  row(0x6400, 'no information given, memory unchanged', 'TS 102 221 10.2.1.4'),
  row(0x6500, 'no information given, memory changed', 'TS 102 221 10.2.1.4'),
  row(SW.memoryProblem, 'memory problem', 'TS 102 221 10.2.1.4'),
  row(SW.wrongLength, 'wrong length', 'TS 102 221 10.2.1.5'),
  row(0x6800, 'functions in CLA not supported', 'TS 102 221 10.2.1.5.1'),
  row(SW.channelNotSupported, 'logical channel not supported', 'TS 102 221 10.2.1.5.1'),
  row(SW.secureMessagingNotSupported, 'secure messaging not supported', 'TS 102 221 10.2.1.5.1'),
  row(0x6900, 'command not allowed', 'TS 102 221 10.2.1.5.2'),
  row(
    SW.incompatibleFileStructure,
    'command incompatible with file structure',
    'TS 102 221 10.2.1.5.2',
  ),
  row(SW.securityStatusNotSatisfied, 'security status not satisfied', 'TS 102 221 10.2.1.5.2'),
  row(SW.methodBlocked, 'authentication or PIN method blocked', 'TS 102 221 10.2.1.5.2'),
  row(SW.referencedDataInvalidated, 'referenced data invalidated', 'TS 102 221 10.2.1.5.2'),
  row(SW.conditionsNotSatisfied, 'conditions of use not satisfied', 'TS 102 221 10.2.1.5.2'),
  row(SW.noEfSelected, 'command not allowed, no EF selected', 'TS 102 221 10.2.1.5.2'),
  row(SW.incorrectData, 'incorrect parameters in the data field', 'TS 102 221 10.2.1.5.3'),
  row(SW.functionNotSupported, 'function not supported', 'TS 102 221 10.2.1.5.3'),
  row(SW.fileNotFound, 'file not found', 'TS 102 221 10.2.1.5.3'),
  row(SW.recordNotFound, 'record not found', 'TS 102 221 10.2.1.5.3'),
  row(0x6a84, 'not enough memory space', 'TS 102 221 10.2.1.5.3'),
  row(SW.incorrectP1P2, 'incorrect parameters P1 to P2', 'TS 102 221 10.2.1.5.3'),
  row(0x6a87, 'Lc inconsistent with P1 to P2', 'TS 102 221 10.2.1.5.3'),
  row(SW.referencedDataNotFound, 'referenced data not found', 'TS 102 221 10.2.1.5.3'),
  row(SW.wrongP1P2, 'wrong parameters P1-P2', 'TS 102 221 10.2.1.5'),
  row(SW.wrongLe, 'wrong Le, xx octets are there', 'TS 102 221 7.3.1.1.5', 0xff00),
  row(SW.instructionNotSupported, 'instruction code not supported', 'TS 102 221 10.2.1.5'),
  row(SW.classNotSupported, 'class not supported', 'TS 102 221 10.2.1.5'),
  row(0x6f00, 'technical problem, no precise diagnosis', 'TS 102 221 10.2.1.5'),
  row(0x9850, 'INCREASE cannot be performed, max value reached', 'TS 102 221 10.2.1.6'),
  row(SW.incorrectMac, 'authentication error, incorrect MAC', 'TS 31.102 7.3.1'),
  row(SW.contextNotSupported, 'security context not supported', 'TS 31.102 7.3.1'),
  row(SW.keyFreshnessFailure, 'key freshness failure', 'TS 31.102 7.3.1'),
  row(SW.noMemorySpace, 'no memory space available', 'TS 31.102 7.3.1'),
  row(0x9867, 'no memory space available in EF_MUK', 'TS 31.102 7.3.1'),
]

/** 61xx. @param length Octets that wait, 1 to 256. */
export function moreData(length: number): number {
  return SW.moreData | (length & 0xff)
}

/** 6Cxx. @param length Octets that are there, 1 to 256. */
export function wrongLe(length: number): number {
  return SW.wrongLe | (length & 0xff)
}

/** 63Cx. @param retries Tries left, 0 to 15. */
export function retriesLeft(retries: number): number {
  return SW.retriesLeft | (retries & 0xf)
}

/** Four hex digits. */
export function formatStatusWord(sw: number): string {
  return sw.toString(16).padStart(4, '0')
}

/** The table's words for a status word; `unknown status word` if it has none. */
export function meaningOfStatusWord(sw: number): string {
  const found = STATUS_WORDS.find((known) => (sw & (known.mask ?? 0xffff)) === known.sw)
  return found?.meaning ?? 'unknown status word'
}

function row(sw: number, meaning: string, clause: string, mask?: number): StatusWordRow {
  return mask === undefined ? { sw, meaning, clause } : { sw, mask, meaning, clause }
}
