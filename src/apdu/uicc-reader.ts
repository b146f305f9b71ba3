/**
 * The port between a terminal and a UICC: whole command and response APDUs, whatever carries them (the
 * software card in process, a PC/SC reader). ISO/IEC 7816-3 12.1, TS 102 221 10
 */

/** A card in a reader. One command is under way at a time; callers wait for the answer. */
export interface UiccReader {
  /** Name for messages and logs, for instance `software:usim.json`. */
  readonly name: string
  /** Powers the card up or resets it. @returns Its ATR. @throws {TransportFailed} If there is no card. */
  reset(): Promise<Uint8Array>
  /**
   * Sends one command APDU (short form, cases 1 to 4) as it is.
   *
   * @returns The response APDU: data, then SW1 SW2. 61xx and 6Cxx are passed on, not followed.
   * @throws {TransportFailed} If reader or card are gone.
   */
  transmit(command: Uint8Array): Promise<Uint8Array>
  /** Releases card and reader. Safe to call twice. */
  close(): Promise<void>
}
