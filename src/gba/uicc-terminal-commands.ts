/**
 * One command after the other, as a terminal sends them: 61xx is fetched, 6Cxx repeated with the right Le,
 * and every command and its final answer is traced. TS 102 221 7.3.1.1.5, 12.1
 *
 * A card writes no trace, so the terminal writes both ends of the line; never an octet of an answer.
 */
import { type CommandApdu, encodeCommand } from '../apdu/command-apdu.ts'
import { hideCommandSecrets, hideResponseSecrets } from '../apdu/hide-secrets.ts'
import { INS } from '../apdu/instructions.ts'
import { decodeResponse, encodeResponse, type ResponseApdu } from '../apdu/response-apdu.ts'
import { formatStatusWord, meaningOfStatusWord, SW } from '../apdu/status-words.ts'
import type { UiccReader } from '../apdu/uicc-reader.ts'
import { TransportFailed, Unsupported } from '../errors/errors.ts'
import { concatOctets } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import { elapsedSince } from '../trace/elapsed.ts'
import type { Trace, TraceEvent, WireWish } from '../trace/trace.ts'

/** A command without class octet; the terminal works on the basic channel. */
export type TerminalCommand = Omit<CommandApdu, 'cla'> & {
  /** Default 00. */
  readonly cla?: number
}

/** What the trace says of a command. */
export interface CommandTrace {
  /** For instance `AUTHENTICATE GBA bootstrapping`. */
  readonly message: string
  /** Values that may be shown, of the command. */
  readonly fields?: Readonly<Record<string, string | number>>
  /** One word for the answer; default what the status word means. */
  readonly outcomeOf?: (response: ResponseApdu) => string
}

/** Sends commands to one card. */
export interface CommandSender {
  /** Says what the card is called in the trace from now on; before that it is `UICC`. */
  nameCard(name: string): void
  /**
   * The final answer, whatever its status word.
   *
   * @throws {TransportFailed} If the reader is gone, or the card keeps on promising octets.
   * @throws {InvalidMessage} If an answer is no response APDU.
   */
  send(command: TerminalCommand, traced: CommandTrace): Promise<ResponseApdu>
}

/** What is told of one direction, and its octets. */
type ShownOfCommand = Pick<TraceEvent, 'fields' | 'elapsedMs'> & {
  readonly octets: (wish: WireWish) => Uint8Array
}

const MAX_ANSWER = 4096
const MAX_STEPS = 64
const SW1 = 0xff00
/** With a proactive command, or with news of a data transfer session of the card. TS 102 221 10.2.1.1 */
const NORMAL_ENDINGS = [0x9100, 0x9200]

/** @param names.terminal Name of the terminal in the trace. */
export function createCommandSender(
  reader: UiccReader,
  names: { readonly terminal: string; readonly trace: Trace; readonly clock: Clock | undefined },
): CommandSender {
  const { terminal, trace, clock } = names
  let card = 'UICC'
  return {
    nameCard(name) {
      card = name
    },
    async send(command, { message, fields = {}, outcomeOf = outcomeOfStatus }) {
      const apdu = { cla: 0x00, ...command }
      const event = (from: string, to: string, { octets, ...shown }: ShownOfCommand) => {
        trace({
          kind: 'message',
          atMs: clock?.nowMs() ?? 0,
          point: 'APDU',
          side: 'sent',
          from,
          to,
          message,
          ...shown,
          wire: (wish) => ({ protocol: 'apdu', octets: octets(wish) }),
        })
      }
      event(terminal, card, { fields, octets: (wish) => commandOctets(apdu, wish) })
      const sinceMs = clock?.monotonicMs()
      const response = await exchange(reader, apdu)
      event(card, terminal, {
        ...(clock && sinceMs !== undefined && { elapsedMs: elapsedSince(sinceMs, clock) }),
        fields: { statusWord: formatStatusWord(response.sw), outcome: outcomeOf(response) },
        octets: (wish) => responseOctets(response, apdu, wish),
      })
      return response
    },
  }
}

function commandOctets(command: CommandApdu, { reveal }: WireWish): Uint8Array {
  const octets = encodeCommand(command)
  return reveal ? octets : hideCommandSecrets(octets)
}

/** All octets that the card gave for the command, however many times it was asked. */
function responseOctets(
  response: ResponseApdu,
  command: CommandApdu,
  { reveal }: WireWish,
): Uint8Array {
  const octets = encodeResponse(response)
  return reveal ? octets : hideResponseSecrets(octets, encodeCommand(command))
}

/** Whether a command went well: 90 00, or 91 xx or 92 xx from a card that has more to say. TS 102 221 10.2.1.1 */
export function isOk({ sw }: ResponseApdu): boolean {
  return sw === SW.ok || NORMAL_ENDINGS.includes(sw & SW1)
}

/** A status word that a terminal cannot go on from. */
export class CardRefused extends Unsupported {
  readonly statusWord: number

  /** @param message Name of the command as in the trace. */
  constructor(message: string, { sw }: ResponseApdu) {
    super(`the card refused ${message}: ${formatStatusWord(sw)} (${meaningOfStatusWord(sw)})`)
    this.statusWord = sw
  }
}

async function exchange(reader: UiccReader, first: CommandApdu): Promise<ResponseApdu> {
  let command = first
  let fetched: Uint8Array = new Uint8Array(0)
  for (let step = 0; step < MAX_STEPS; step++) {
    const { data, sw } = decodeResponse(await reader.transmit(encodeCommand(command)))
    const le = sw & 0xff || 256
    fetched = concatOctets(fetched, data)
    if (fetched.length > MAX_ANSWER) break
    if ((sw & SW1) === SW.moreData) command = getResponse(first, le)
    else if ((sw & SW1) === SW.wrongLe && command.le !== le) command = { ...command, le }
    else return { data: fetched, sw }
  }
  throw new TransportFailed('the card promises octets without end')
}

function getResponse({ cla }: CommandApdu, le: number): CommandApdu {
  return { cla: cla & 0x03, ins: INS.getResponse, p1: 0, p2: 0, data: new Uint8Array(0), le }
}

function outcomeOfStatus(response: ResponseApdu): string {
  return isOk(response) ? 'success' : meaningOfStatusWord(response.sw)
}
