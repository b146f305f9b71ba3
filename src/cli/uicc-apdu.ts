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
  return new Command('apdu')
    .description('send APDUs to a card and show its answers, keys among them')
    .requiredOption('--reader <name>', 'software:FILE, or pcsc[:NAME]')
    .argument('[hex...]', 'command APDUs in hex; without any, one a line from standard input')
    .action(async (commands: readonly string[], { reader: name }: { readonly reader: string }) => {
      const given = commands.map((hex, index) => parseCommand(hex, `APDU ${index + 1}`))
      const reader = await openReader(name, createSystemRandom())
      try {
        output.write(`ATR ${toHex(await reader.reset())}\n`)
        for (const command of given) await show(reader, command, output)
        if (commands.length === 0) await showLines(reader, { input, output })
      } finally {
        await reader.close()
      }
    })
}

/** Blank lines and those that start with # are skipped. */
async function showLines(reader: UiccReader, { input, output }: ApduStreams): Promise<void> {
  let number = 0
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (!/^\s*(#|$)/.test(line)) {
      await show(reader, parseCommand(line, `line ${number}`), output)
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

async function show(
  reader: UiccReader,
  command: Uint8Array,
  output: NodeJS.WritableStream,
): Promise<void> {
  const { data, sw } = decodeResponse(await reader.transmit(command))
  const answer = data.length === 0 ? '' : `${toHex(data)} `
  output.write(`> ${toHex(command)}\n`)
  output.write(`< ${answer}${formatStatusWord(sw)} (${meaningOfStatusWord(sw)})\n`)
}
