/** The class octet: who defined the command, and its logical channel. TS 102 221 10.1.1 */

/** A class octet in words. */
export interface ClassOctet {
  /** `interindustry` 0X and 4X, `etsi` 8X, CX and EX. TS 102 221 10.1.1 */
  readonly kind: 'interindustry' | 'etsi'
  /** Logical channel, 0 to 19. */
  readonly channel: number
  readonly secureMessaging: boolean
}

/** A class octet in words; `undefined` for every class that TS 102 221 does not know. */
export function decodeClass(cla: number): ClassOctet | undefined {
  const high = cla >> 4
  if (high === 0x0 || high === 0x8) {
    return {
      kind: high === 0x0 ? 'interindustry' : 'etsi',
      channel: cla & 0x03,
      secureMessaging: (cla & 0x0c) !== 0,
    }
  }
  if (high === 0x4 || high === 0x6 || high === 0xc || high === 0xe) {
    return {
      kind: high < 0x8 ? 'interindustry' : 'etsi',
      channel: 4 + (cla & 0x0f),
      secureMessaging: (cla & 0x20) !== 0,
    }
  }
  return undefined
}
