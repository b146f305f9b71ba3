/** All commands under one name. Design 10 */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { benchCommand } from './bench.ts'
import { calcCommand } from './calc.ts'
import { eukeyCommand } from './eukey.ts'
import { labCommand } from './lab.ts'
import { uiccCommand } from './uicc.ts'

/** The program; parse it once. Throws what a command throws, with commander's own errors for usage. */
export function createProgram(): Command {
  const program = new Command('cpns')
    .description('OMA CPNS with SIM-based keys (3GPP GBA_U): lab, calculators, software UICC')
    .version(packageVersion(), '-V, --version', 'print the version')
    .showHelpAfterError('(cpns --help shows what there is)')
    .exitOverride()
  const commands = [labCommand(), calcCommand(), eukeyCommand(), uiccCommand(), benchCommand()]
  for (const command of commands) program.addCommand(inheritExit(command))
  return program
}

/** Usage errors of every subcommand are thrown, so that `main` alone decides on exit statuses. */
function inheritExit(command: Command): Command {
  command.exitOverride().showHelpAfterError('(--help shows what there is)')
  for (const sub of command.commands) inheritExit(sub)
  return command
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  return version
}
