/** `cpns uicc new|apdu`: software cards, and APDUs to any card. Design 10 */
import { Command } from 'commander'
import { type ApduStreams, uiccApduCommand } from './uicc-apdu.ts'
import { uiccNewCommand } from './uicc-new.ts'

/** The command with its subcommands. */
export function uiccCommand(
  streams: ApduStreams = { input: process.stdin, output: process.stdout },
): Command {
  return new Command('uicc')
    .description('software cards (USIM, ISIM), and APDUs to them')
    .addCommand(uiccNewCommand(streams.output))
    .addCommand(uiccApduCommand(streams))
}
