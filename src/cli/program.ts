/** All commands under one name. Design 10 */
import { Command } from 'commander'
import { appCommand } from './app.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import { benchCommand } from './bench.ts'
import { bsfCommand } from './bsf.ts'
import { calcCommand } from './calc.ts'
import { completionCommand } from './completion.ts'
import { configCommand } from './config.ts'
import { curlCommand } from './curl.ts'
import { doctorCommand } from './doctor.ts'
import { entityCommand } from './entity.ts'
import { eukeyCommand } from './eukey.ts'
import { addExamples } from './examples.ts'
import { EXIT_STATUSES } from './exit-status.ts'
import { gatewayCommand } from './gateway.ts'
import { hssCommand } from './hss.ts'
import { keyCommand } from './key.ts'
import { labCommand } from './lab.ts'
import { migrateCommand } from './migrate.ts'
import { packageVersion } from './package-version.ts'
import { pnCommand } from './pn.ts'
import { pneCommand } from './pne.ts'
import { serverCommand } from './server.ts'
import { sessionCommand } from './session.ts'
import { subscriberCommand } from './subscriber.ts'
import { traceCommand } from './trace.ts'
import { uiccCommand } from './uicc.ts'
import { userCommand } from './user.ts'

/** The program; parse it once. Throws what a command throws, with commander's own errors for usage. */
export function createProgram(): Command {
  const program = new Command('cpns')
    .description('OMA CPNS with SIM-based keys (3GPP GBA_U): lab, calculators, software UICC')
    .version(packageVersion(), '-V, --version', 'print the version')
  const commands = [
    labCommand(),
    calcCommand(),
    hssCommand(),
    bsfCommand(),
    serverCommand(),
    gatewayCommand(),
    pneCommand(),
    pnCommand(),
    appCommand(),
    curlCommand(),
    entityCommand(),
    eukeyCommand(),
    userCommand(),
    sessionCommand(),
    keyCommand(),
    subscriberCommand(),
    traceCommand(),
    backupCommand(),
    restoreCommand(),
    migrateCommand(),
    configCommand(createProgram),
    doctorCommand(createProgram),
    completionCommand(() => program),
    uiccCommand(),
    benchCommand(),
  ]
  for (const command of commands) program.addCommand(command)
  addExamples(program).addHelpText('after', EXIT_STATUSES)
  return throwUsageErrors(program)
}

/** Usage errors of every command are thrown: `main` alone says them, and decides on exit statuses. */
function throwUsageErrors(command: Command): Command {
  command.exitOverride().configureOutput({ outputError: () => {} })
  nameUnknownFlagFirst(command)
  for (const sub of command.commands) throwUsageErrors(sub)
  return command
}

/** What the library has and its types do not. */
interface UnknownOptionTeller {
  unknownOption(flag: string): never
}

const COMES_BEFORE_UNKNOWN = ['missingMandatoryOptionValue', 'conflictingOption']

/**
 * A mistyped flag is often why another one is missing, and the library says only the latter: it looks for
 * flags that must be there first.
 */
function nameUnknownFlagFirst(command: Command): void {
  const parseOptions = command.parseOptions.bind(command)
  const error = command.error.bind(command)
  let unknown: string | undefined
  command.parseOptions = (words) => {
    const parsed = parseOptions(words)
    unknown = parsed.unknown[0]
    return parsed
  }
  command.error = (message, options) => {
    const code = options?.code?.replace(/^commander\./, '') ?? ''
    if (unknown !== undefined && COMES_BEFORE_UNKNOWN.includes(code)) {
      ;(command as Command & UnknownOptionTeller).unknownOption(unknown)
    }
    return error(message, options)
  }
}
