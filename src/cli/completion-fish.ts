/** The script that lets fish complete, with descriptions. Design 10 */
import type { CompletedCommand, CompletedValue } from './completed-command.ts'

/** A command is offered where all names of its path were seen, and none that is below it. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const descriptions = new Map(
    commands.map(({ path, description }) => [path.join(' '), description]),
  )
  const flagsOf = new Map(commands.map(({ path, flags }) => [path.join(' '), flags]))
  const lines = commands.flatMap((command) => {
    const { path, subcommands, flags, arguments: values } = command
    const start = `complete -c cpns -n ${quoted(conditionOf(command))}`
    return [
      ...subcommands.map((name) => {
        const description = descriptions.get([...path, name].join(' ')) ?? ''
        return `${start} -a ${name} -d ${quoted(description)}`
      }),
      ...values.flatMap((value) => argumentLine(start, value)),
      ...flags.map(({ name, description, value }) =>
        [start, `-l ${name.slice(2)}`, ...valueFlags(value), `-d ${quoted(description)}`].join(' '),
      ),
      ...command.entities.flatMap(({ name, path: other }) => {
        const here = `${conditionOf(command)}; and __fish_seen_subcommand_from ${name}; and ${BEHIND_DASHES}`
        // No flags of fish: it offers none behind the dashes.
        return (flagsOf.get(other.join(' ')) ?? []).map(
          (flag) =>
            `complete -c cpns -n ${quoted(here)} -a '${flag.name}' -d ${quoted(flag.description)}`,
        )
      }),
    ]
  })
  return `complete -c cpns -f\n${lines.join('\n')}\n`
}

const BEHIND_DASHES = 'contains -- -- (commandline -opc)'

function conditionOf({ path: [, ...seen], subcommands }: CompletedCommand): string {
  const before = seen.map((name) => `__fish_seen_subcommand_from ${name}`)
  if (seen.length === 0) return '__fish_use_subcommand'
  if (subcommands.length === 0) return before.join('; and ')
  return [...before, `not __fish_seen_subcommand_from ${subcommands.join(' ')}`].join('; and ')
}

function argumentLine(start: string, value: CompletedValue): string[] {
  switch (value.kind) {
    case 'choice':
      return [`${start} -a ${quoted(value.choices.join(' '))}`]
    case 'file':
      return [`${start} -F`]
    case 'text':
      break
  }
  return []
}

function valueFlags(value: CompletedValue | undefined): readonly string[] {
  switch (value?.kind) {
    case 'choice':
      return ['-x', '-a', quoted(value.choices.join(' '))]
    case 'file':
      return ['-r', '-F']
    case 'text':
      return ['-x']
    case undefined:
      break
  }
  return []
}

/** As fish reads it between single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
}
