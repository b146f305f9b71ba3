/** `cpns config init|show|check|schema`: configuration files before anything is started. Design 10; issue 6, 3 */
import { randomUUID } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Argument, Command } from 'commander'
import type { FileFault } from '../adapters/files/placed-json.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { checkLabConfig, DEFAULT_LAB_CONFIG } from '../lab/lab-config.ts'
import { readConfigFile, SCHEMA_KEY } from './config-file.ts'
import { linesOfValues } from './config-lines.ts'
import {
  CONFIGURED,
  type ConfiguredEntity,
  configSchemaOf,
  serveCommandOf,
} from './config-schema.ts'
import { effectiveConfig } from './config-show.ts'
import { valueFault } from './config-values.ts'
import { type JsonFlag, say, sayable } from './say.ts'

/** @param program Makes all commands anew. */
export function configCommand(program: () => Command): Command {
  const command = new Command('config')
    .description('configuration files: begin, look, check')
    .addHelpText('after', '\nExample:\n  cpns config init --help')
  const entity = () => new Argument('<entity>', 'whose configuration').choices(CONFIGURED)
  const sub = (name: string, description: string): Command =>
    command.command(name).description(description).addArgument(entity())
  const init = sub('init', 'write a file to start from, and its JSON Schema beside it').option(
    '--out <file>',
    'file to write; default ENTITY.json; nothing is overwritten',
  )
  sayable(init)
    .addHelpText('after', '\nExample:\n  cpns config init bsf --out bsf.json')
    .action((name: ConfiguredEntity, flags: InitFlags) => initConfig(program(), name, flags))
  const show = sub('show', 'what an entity would be started with, and where each value comes from')
    .argument('[flags...]', 'flags of its command, behind --')
    .option('--config <file>', 'configuration file')
  sayable(show)
    .addHelpText('after', SHOW_EXAMPLE)
    .action((name: ConfiguredEntity, flags: readonly string[], options: ShowFlags) =>
      showConfig(program(), { name, flags, options }),
    )
  const check = sub('check', 'find all that is wrong in a file, by line and column').argument(
    '<file>',
    'configuration file',
  )
  sayable(check, 'one JSON object for each fault')
    .addHelpText('after', '\nExample:\n  cpns config check bsf bsf.json')
    .action((name: ConfiguredEntity, file: string, flags: JsonFlag) =>
      checkConfig(file, faultsOf(program(), name, file), flags),
    )
  sayable(sub('schema', 'print the JSON Schema of a file'), 'on one line')
    .addHelpText('after', '\nExample:\n  cpns config schema bsf > bsf.schema.json')
    .action((name: ConfiguredEntity, flags: JsonFlag) => {
      const schema = configSchemaOf(program(), name)
      say(flags, schema, json(schema))
    })
  return command
}

const SHOW_EXAMPLE = `
Example:
  cpns config show bsf --config bsf.json
With flags of cpns bsf serve: behind --, for instance "-- --listen 0.0.0.0:8080".`

interface InitFlags extends JsonFlag {
  readonly out?: string
}

interface ShowFlags extends JsonFlag {
  readonly config?: string
}

/** What must be decided, and what one most likely wants to change. */
function startOf(entity: ConfiguredEntity): object {
  const ownName = `urn:uuid:${randomUUID()}`
  const starts: Readonly<Record<ConfiguredEntity, object>> = {
    hss: {
      data: './hss',
      originHost: 'hss.ims.example',
      bsf: ['bsf.ims.example'],
      listen: '127.0.0.1:3868',
    },
    bsf: {
      data: './bsf',
      name: 'bsf.ims.example',
      listen: '127.0.0.1:8080',
      znListen: '127.0.0.1:3869',
      hss: ['hss.ims.example=127.0.0.1:3868'],
      naf: ['cpns.example.org=cpns.example.org'],
    },
    server: {
      data: './server',
      entity: ownName,
      nafFqdn: 'cpns.example.org',
      listen: '127.0.0.1:8443',
      bsf: ['bsf.ims.example=127.0.0.1:3869'],
    },
    gateway: {
      data: './gateway',
      entity: ownName,
      serverUrl: 'https://cpns.example.org:8443/cpns',
      listen: '127.0.0.1:8444',
    },
    lab: DEFAULT_LAB_CONFIG,
  }
  return starts[entity]
}

function initConfig(program: Command, entity: ConfiguredEntity, flags: InitFlags): void {
  const { out = `${entity}.json` } = flags
  const schemaFile = join(dirname(out), `${basename(out, '.json')}.schema.json`)
  for (const file of [out, schemaFile]) {
    if (existsSync(file)) throw new ConfigurationInvalid(`${file}: it is there already`)
  }
  writeNew(schemaFile, json(configSchemaOf(program, entity)))
  writeNew(out, json({ [SCHEMA_KEY]: `./${basename(schemaFile)}`, ...startOf(entity) }))
  const sentence = `${out} is there to be changed; ${schemaFile} tells an editor what each key means.`
  say(flags, { file: out, schemaFile }, sentence)
}

function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new ConfigurationInvalid(`${file}: it cannot be made (${code})`, { cause })
  }
}

async function showConfig(
  program: Command,
  {
    name,
    flags,
    options,
  }: { name: ConfiguredEntity; flags: readonly string[]; options: ShowFlags },
): Promise<void> {
  const values = await effectiveConfig(program, name, { flags, file: options.config })
  const fields = Object.fromEntries(values.map(({ key, ...one }) => [key, one]))
  say(options, fields, linesOfValues(values))
}

function faultsOf(program: Command, entity: ConfiguredEntity, file: string): readonly FileFault[] {
  if (entity === 'lab') {
    const result = checkLabConfig(file)
    return 'faults' in result ? result.faults : []
  }
  const { written, faults, placeOf } = readConfigFile(serveCommandOf(program, entity), file)
  const ofValues = [...written].flatMap(([key, value]) => {
    const reason = valueFault(entity, key, value)
    return reason === undefined ? [] : [{ place: placeOf([key]), reason: `${key}: ${reason}` }]
  })
  return [...faults, ...ofValues].toSorted(
    (one, other) => one.place.line - other.place.line || one.place.column - other.place.column,
  )
}

/** @throws {ConfigurationInvalid} If there is any fault. */
function checkConfig(file: string, faults: readonly FileFault[], flags: JsonFlag): void {
  for (const { place, reason } of faults) {
    const fault = { file, ...place, reason }
    say(flags, fault, `${file}:${place.line}:${place.column}: ${reason}`)
  }
  const count = faults.length
  if (count > 0) {
    throw new ConfigurationInvalid(`configuration ${file}: ${count} fault${count === 1 ? '' : 's'}`)
  }
  if (flags.json !== true) process.stdout.write(`${file} can be used.\n`)
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}
