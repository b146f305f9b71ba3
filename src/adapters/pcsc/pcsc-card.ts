/** A card behind PC/SC, used by nobody else meanwhile. The constants are those of pcsc-lite. */
import type { PcscConnection, PcscContext, PcscSlot, SmartcardModule } from './smartcard-module.ts'
import { tpduOf } from './t0-tpdu.ts'

const SHARE_EXCLUSIVE = 1
const PROTOCOL_T0 = 1
const PROTOCOL_T1 = 2
const STATE_PRESENT = 0x20
const RESET_CARD = 1
const UNPOWER_CARD = 2
const SW_LENGTH = 2

/** One card. Methods run one at a time; what they throw says in plain words what is wrong. */
export interface PcscCard {
  /**
   * Connects anew, with the first reader of that name that has a card, and resets the card. @returns ATR.
   *
   * @param reader How the reader's name starts; empty for any.
   */
  reset(reader: string): Promise<Uint8Array>
  /** One command APDU, as the card's protocol carries it. @returns The response APDU. */
  transmit(command: Uint8Array): Promise<Uint8Array>
  /** Takes the power from the card and leaves it. Never throws. */
  release(): void
}

/** Not connected yet. */
export function createPcscCard({ Context }: SmartcardModule): PcscCard {
  let context: PcscContext | undefined
  let connection: PcscConnection | undefined

  const release = (): void => {
    try {
      connection?.disconnect(UNPOWER_CARD)
    } catch {
      // The card is gone already.
    }
    context?.close()
    connection = undefined
    context = undefined
  }

  const connect = async (reader: string): Promise<Uint8Array> => {
    context = new Context()
    const protocols = PROTOCOL_T0 | PROTOCOL_T1
    connection = await findSlot(context, reader).connect(SHARE_EXCLUSIVE, protocols)
    await connection.reconnect(SHARE_EXCLUSIVE, protocols, RESET_CARD)
    const { atr } = connection
    if (atr === null) throw new Error('the card gave no ATR')
    return new Uint8Array(atr)
  }

  return {
    async reset(reader) {
      release()
      try {
        return await connect(reader)
      } catch (error) {
        release()
        throw error
      }
    },
    async transmit(command) {
      if (connection === undefined) throw new Error('the card is not powered')
      const sent = connection.protocol === PROTOCOL_T0 ? tpduOf(command) : command
      const answer = await connection.transmit(Buffer.from(sent))
      // This is how a virtual reader says that its card went away.
      if (answer.length < SW_LENGTH) throw new Error('the card was removed')
      return new Uint8Array(answer)
    },
    release,
  }
}

function findSlot(context: PcscContext, wanted: string): PcscSlot {
  const all = context.listReaders()
  const named = all.filter(({ name }) => name.startsWith(wanted))
  const found = named.find(({ state }) => (state & STATE_PRESENT) !== 0)
  if (found !== undefined) return found
  if (named.length > 0) throw new Error('there is no card in it')
  const names = all.map(({ name }) => `"${name}"`).join(', ')
  throw new Error(`there is no such reader; there is ${names || 'none'}`)
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['PC/SC service not running', 'pcscd is not running'],
  ['PC/SC service stopped', 'pcscd was stopped'],
  ['No smart card present', 'there is no card in it'],
  ['Card was removed', 'the card was removed'],
  ['Card was reset', 'another program reset the card'],
  ['Card is unresponsive', 'the card gives no answer to a reset'],
  // pcscd says so too of a card that is pulled at that moment.
  ['Transaction failed', 'the card was removed, or gave no whole answer'],
  ['Protocol mismatch', 'the card speaks neither T=0 nor T=1, or gave no whole ATR'],
  ['Sharing violation', 'another program uses the card'],
  ['Reader unavailable', 'the reader was removed'],
  ['Unknown reader', 'the reader was removed'],
])

/** What the bindings say, in words for the person in front of the reader. */
export function pcscReasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : 'it failed'
  return WORDS.get(message) ?? message
}
