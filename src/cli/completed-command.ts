/** What can stand where on a command line, for scripts that complete it. Design 10 */
import type { Argument, Command, Option } from 'commander'

/** What stands behind a flag, or in the place of an argument. */
export type CompletedValue =
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** A file or a folder. */
  | { readonly kind: 'file' }
  /** Nothing that a shell could know. */
  | { readonly kind: 'text' }

/** A flag. */
export interface CompletedFlag {
  /** With its dashes; the long form. */
  readonly name: string
  readonly description: string
  /** Absent if nothing must stand behind it. */
  readonly value?: CompletedValue
}

/** A command, or a group of commands. */
export interface CompletedCommand {
  /** Its name with all names before it, `cpns` first. */
  readonly path: readonly string[]
  readonly description: string
  /** Names of what is below it. */
  readonly subcommands: readonly string[]
  readonly flags: readonly CompletedFlag[]
  readonly arguments: readonly CompletedValue[]
  /** Whose flags stand behind `--`, by the entity that is named before it. */
  readonly entities: readonly CompletedEntity[]
}

/** An entity whose flags another command takes. */
export interface CompletedEntity {
  readonly name: string
  /** Path of its own command. */
  readonly path: readonly string[]
}

const HELP: CompletedFlag = { name: '--help', description: 'display help for command' }

/** The program and all that is below it. */
export function completedCommands(
  command: Command,
  before: readonly string[] = [],
): readonly CompletedCommand[] {
  const path = [...before, command.name()]
  const own: CompletedCommand = {
    path,
    description: command.description(),
    subcommands: command.commands.map((sub) => sub.name()),
    flags: [...command.options.flatMap(flagOf), HELP],
    arguments: command.registeredArguments.map(argumentOf),
    entities: entitiesOf(command),
  }
  return [own, ...command.commands.flatMap((sub) => completedCommands(sub, path))]
}

function flagOf({ long, description, flags, argChoices, required }: Option): CompletedFlag[] {
  if (!long) return []
  const value = argChoices ? choiceOf(argChoices) : valueNamed(flags)
  return [{ name: long, description, ...(required && { value }) }]
}

function argumentOf(argument: Argument): CompletedValue {
  const { argChoices } = argument
  return argChoices ? choiceOf(argChoices) : valueNamed(`<${argument.name()}>`)
}

/** Of `doctor` and `config show`, which take the flags of an entity behind `--`. */
function entitiesOf({ registeredArguments: [entity, flags] }: Command): readonly CompletedEntity[] {
  if (entity?.name() !== 'entity' || flags?.name() !== 'flags') return []
  return (entity.argChoices ?? []).map((name) => ({
    name,
    path: name === 'lab' ? ['cpns', name] : ['cpns', name, 'serve'],
  }))
}

function choiceOf(choices: readonly string[]): CompletedValue {
  return { kind: 'choice', choices }
}

/** The name of a value says what it is. */
function valueNamed(flags: string): CompletedValue {
  return /<(file|dir|folder)>/.test(flags) ? { kind: 'file' } : { kind: 'text' }
}
