/** Questions at the terminal: a name, which is shown as it is typed, and a password, which is not. CR 7.4.3.1 */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { ConfigurationInvalid } from '../../errors/errors.ts'

/** Where to ask; tests hand in others. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream
}

/** The terminal of this process; questions go to standard error, so that output stays clean. */
export const PROCESS_TERMINAL: Terminal = { input: process.stdin, output: process.stderr }

/**
 * One line as typed, without its end. Backspace works; Ctrl-C and Ctrl-D give up.
 *
 * @throws {ConfigurationInvalid} If nobody can be asked, or the question is given up.
 */
export function askHidden(question: string, terminal = PROCESS_TERMINAL): Promise<string> {
  // The line editor echoes into nothing.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  return ask(question, terminal, nowhere)
}

/** As `askHidden`, for what may be seen. @throws {ConfigurationInvalid} As `askHidden`. */
export function askLine(question: string, terminal = PROCESS_TERMINAL): Promise<string> {
  return ask(question, terminal, terminal.output)
}

async function ask(
  question: string,
  { input, output }: Terminal,
  echo: NodeJS.WritableStream,
): Promise<string> {
  if (input.isTTY !== true) {
    throw new ConfigurationInvalid(
      `there is no terminal to ask "${question.replace(/: *$/, '')}" at; use a flag, for a password --password-file`,
    )
  }
  const editor = createInterface({ input, output: echo, terminal: true, historySize: 0 })
  const isHidden = echo !== output
  if (isHidden) output.write(question)
  try {
    return await new Promise((resolve, reject) => {
      editor.once('line', resolve)
      editor.once('SIGINT', () => editor.close())
      editor.once('close', () => reject(new ConfigurationInvalid('the question was given up')))
      editor.setPrompt(question)
      editor.prompt()
    })
  } finally {
    editor.close()
    if (isHidden) output.write('\n')
  }
}
