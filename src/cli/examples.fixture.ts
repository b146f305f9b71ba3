/** All commands with the examples of their helps, for the tests that hold or run them. */
import type { Command } from 'commander'
import { examplesOf } from '../../test/docs/shell.fixture.ts'
import { createProgram } from './program.ts'

/** A command, or a group of commands. */
export interface Helped {
  /** Its full name, `cpns` first. */
  readonly name: string
  readonly command: Command
  /** What `--help` prints. */
  readonly help: string
}

/** The program and all that is below it. */
export function everyCommand(
  command: Command = createProgram(),
  path: readonly string[] = [],
): Helped[] {
  const own = [...path, command.name()]
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
  const below = command.commands.flatMap((sub) => everyCommand(sub, own))
  return [{ name: own.join(' '), command, help }, ...below]
}

/** The `cpns` lines under "Example:", taken apart. */
export function exampleWords(help: string): string[][] {
  const [, text = ''] = help.split(/^Example.*:$/m)
  const lines = text.split('\n').map((line) => line.replace(/^ {2}(?=cpns )/, '$ '))
  return examplesOf({ language: 'sh', lines })
    .map(({ words }) => [...words])
    .filter(([first]) => first === 'cpns')
}
