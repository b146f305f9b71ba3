/**
 * What is used of the npm package `smartcard` (3.7.0): bindings to PC/SC, compiled where they are installed.
 * It is no dependency of ours, and loaded only when somebody asks for a PC/SC reader.
 */
import { createRequire } from 'node:module'

/** A reader as PC/SC knows it. */
export interface PcscSlot {
  readonly name: string
  /** Bits of SCARD_STATE; 20 hex: a card is in it. */
  readonly state: number
  connect(shareMode: number, protocols: number): Promise<PcscConnection>
}

/** A connection with a card. */
export interface PcscConnection {
  /** 1: T=0, 2: T=1. */
  readonly protocol: number
  readonly atr: Uint8Array | null
  transmit(command: Buffer): Promise<Uint8Array>
  reconnect(shareMode: number, protocols: number, initialization: number): Promise<number>
  disconnect(disposition: number): void
}

/** A client of pcscd. */
export interface PcscContext {
  listReaders(): PcscSlot[]
  close(): void
}

/** The module. */
export interface SmartcardModule {
  readonly Context: new () => PcscContext
}

/** What to say where it is missing. */
export const HOW_TO_INSTALL =
  'PC/SC readers need `apt-get install libpcsclite-dev pcscd` and `npm install smartcard@3.7.0`'

/**
 * Looks beside this package, above it, and in NODE_PATH.
 *
 * @throws {Error} If it is not there, was not compiled, or the PC/SC library is missing.
 */
export function loadSmartcard(): SmartcardModule {
  return createRequire(import.meta.url)('smartcard') as SmartcardModule
}
