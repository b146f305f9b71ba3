/** `cpns doctor ENTITY`: is there what an entity needs? Each line says what to do. Issue 6, 3 */
import { Argument, Command } from 'commander'
import type { Finding } from '../adapters/doctor/finding.ts'
import { CONFIGURED, serveCommandOf } from './config-schema.ts'
import { type DoctoredEntity, examine } from './doctor-checks.ts'
import { EXIT_FAILED } from './exit-status.ts'
import { type JsonFlag, say, sayable } from './say.ts'

interface DoctorFlags extends JsonFlag {
  readonly config?: string
}

const ENTITIES = CONFIGURED.filter((entity) => entity !== 'lab')

/** @param program Makes all commands anew. */
export function doctorCommand(program: () => Command): Command {
  const command = new Command('doctor')
    .description('look at ports, certificates, clock, stores, reader and peers; say what to do')
    .addArgument(new Argument('<entity>', 'which entity').choices(ENTITIES))
    .argument('[flags...]', 'flags of its command, behind --')
    .option('--config <file>', 'configuration file')
  return sayable(command, 'one JSON object a line')
    .addHelpText('after', '\nExample:\n  cpns doctor bsf --config bsf.json')
    .action(async (entity: DoctoredEntity, words: readonly string[], options: DoctorFlags) => {
      const serve = serveCommandOf(program(), entity).action(() => {})
      const file = options.config === undefined ? [] : ['--config', options.config]
      await serve.parseAsync([...words, ...file], { from: 'user' })
      report(await examine(entity, serve.opts()), options)
    })
}

/** With a problem the exit status is 1. */
function report(findings: readonly Finding[], flags: JsonFlag): void {
  for (const finding of findings) say(flags, finding, lineOf(finding))
  if (findings.some(({ state }) => state === 'problem')) process.exitCode = EXIT_FAILED
}

function lineOf({ what, state, found, advice }: Finding): string {
  const line = `${state.padEnd(7)}  ${what}: ${found}`
  return advice === undefined ? line : `${line}; ${advice}`
}
