/** `cpns uicc apdu`: sends command APDUs to a card and shows what it answers. Design 10 */
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { openReader } from '../adapters/card/open-reader.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { decodeResponse } from '../apdu/response-apdu.ts'
import { formatStatusWord, meaningOfStatusWord } from '../apdu/status-words.ts'
import type { UiccReader } from '../apdu/uicc-reader.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { type JsonFlag, say, sayable } from './say.ts'

/** Where lines come from and answers go to. */
export interface ApduStreams {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

const HEX_PAIRS = /^([0-9a-fA-F]{2})+$/
/** Header, Lc, 255 octets of data, Le. ISO/IEC 7816-3 12.1 */
const MAX_COMMAND = 261

/**
 * The command. Every APDU is sent as it is: 61xx and 6Cxx are shown, not followed. What a card answers in
 * 3G context are keys, and it is shown: that is what the command is for.
 */
export function uiccApduCommand({ input, output }: ApduStreams): Command {
  const command = new Command('apdu')
    .description('send APDUs to a card and show its answers, keys among them')
    .requiredOption('--reader <name>', 'software:FILE, or pcsc[:NAME]')
    .argument('[hex...]', 'command APDUs in hex; without any, one a line from standard input')
  return sayable(
    command,
    'one JSON object a line: the ATR, then each command with its answer',
  ).action(async (commands: readonly string[], flags: ApduFlags) => {
    const given = commands.map((hex, index) => parseCommand(hex, `APDU ${index + 1}`))
    const reader = await openReader(flags.reader, createSystemRandom())
    const session = { reader, flags, output }
    try {
      const atr = toHex(await reader.reset())
      say(flags, { atr }, `ATR ${atr}`, output)
      for (const command of given) await show(session, command)
      if (commands.length === 0) await showLines(session, input)
    } finally {
      await reader.close()
    }
  })
}

interface ApduFlags extends JsonFlag {
  readonly reader: string
}

interface ApduSession {
  readonly reader: UiccReader
  readonly flags: JsonFlag
  readonly output: NodeJS.WritableStream
}

/** Blank lines and those that start with # are skipped. */
async function showLines(session: ApduSession, input: NodeJS.ReadableStream): Promise<void> {
  let number = 0
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (!/^\s*(#|$)/.test(line)) {
      await show(session, parseCommand(line, `line ${number}`))
    }
  }
}

/** Hex in either case, blanks anywhere. */
function parseCommand(text: string, where: string): Uint8Array {
  const hex = text.replace(/\s/g, '')
  if (!HEX_PAIRS.test(hex) || hex.length > 2 * MAX_COMMAND) {
    throw new ConfigurationInvalid(`${where}: not 1 to ${MAX_COMMAND} octets in hex`)
  }
  return fromHex(hex)
}

async function show({ reader, flags, output }: ApduSession, octets: Uint8Array): Promise<void> {
  const answer = decodeResponse(await reader.transmit(octets))
  const [command, data] = [toHex(octets), toHex(answer.data)]
  const [sw, meaning] = [formatStatusWord(answer.sw), meaningOfStatusWord(answer.sw)]
  const lines = [`> ${command}`, `< ${data === '' ? '' : `${data} `}${sw} (${meaning})`]
  say(flags, { command, data, sw: sw.replaceAll(' ', ''), meaning }, lines, output)
}
