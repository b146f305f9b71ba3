/** `cpns uicc new|serve|apdu`: software cards, readers, and APDUs to any card. Design 10 */
import { Command } from 'commander'
import { type ApduStreams, uiccApduCommand } from './uicc-apdu.ts'
import { uiccNewCommand } from './uicc-new.ts'
import { uiccServeCommand } from './uicc-serve.ts'

/** The command with its subcommands. */
export function uiccCommand(
  streams: ApduStreams = { input: process.stdin, output: process.stdout },
): Command {
  return new Command('uicc')
    .description('software cards (USIM, ISIM), and APDUs to any card')
    .addCommand(uiccNewCommand(streams.output))
    .addCommand(uiccServeCommand(streams.output))
    .addCommand(uiccApduCommand(streams))
}
