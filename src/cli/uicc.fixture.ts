/** Runs `cpns uicc …` in this process, as the program does. */
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { uiccCommand } from './uicc.ts'

/** What the command wrote, and what it threw. */
export interface UiccRun {
  readonly output: string
  readonly error: unknown
}

/** @param input Standard input. */
export async function runUicc(args: readonly string[], input = ''): Promise<UiccRun> {
  const output = new PassThrough()
  const command = uiccCommand({ input: Readable.from([Buffer.from(input)]), output })
  for (const one of [command, ...command.commands]) {
    one.exitOverride().configureOutput({ writeErr: () => {} })
  }
  const program = new Command('cpns').exitOverride().addCommand(command)
  let error: unknown
  try {
    await program.parseAsync(['uicc', ...args], { from: 'user' })
  } catch (thrown) {
    error = thrown
  }
  output.end()
  return { output: await text(output), error }
}
