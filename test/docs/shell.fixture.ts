/** Command lines in the documents: taken apart as a shell does, so that they can be run without one. */
import type { Fence } from './pages.fixture.ts'

/** One command with what the page says it prints. */
export interface Example {
  /** As typed, continuation lines put together. */
  readonly command: string
  /** Words of the `cpns` command. */
  readonly words: readonly string[]
  /** What a `printf '%s\n' …` in front of it gives it to read. */
  readonly input: string
  readonly output: readonly string[]
}

/** The commands of a fence, each behind `$ `; lines in between are output. */
export function examplesOf(fence: Fence): Example[] {
  const examples: { command: string; output: string[] }[] = []
  let isContinued = false
  for (const line of fence.lines) {
    const current = examples.at(-1)
    if (line.startsWith('$ ')) examples.push({ command: line.slice(2), output: [] })
    else if (isContinued && current !== undefined) current.command += line.trim()
    else current?.output.push(line)
    const last = examples.at(-1)
    isContinued = line.endsWith('\\')
    if (isContinued && last !== undefined) last.command = last.command.slice(0, -1)
  }
  return examples.map(({ command, output }) => ({ ...split(command), command, output }))
}

function split(command: string): Pick<Example, 'words' | 'input'> {
  const words = wordsOf(command)
  const pipe = words.indexOf('|')
  const [name, format, ...values] = words.slice(0, Math.max(pipe, 0))
  const isPrinted = name === 'printf' && format === '%s\\n'
  return {
    words: words.slice(pipe + 1).filter((word, index) => index > 0 || word !== 'npx'),
    input: isPrinted ? values.map((value) => `${value}\n`).join('') : '',
  }
}

/** Words of a command line; quotes hold words together and leave. */
function wordsOf(command: string): string[] {
  const words = command.match(/'[^']*'|"[^"]*"|\S+/g) ?? []
  return words.map((word) => word.replace(/^(['"])(.*)\1$/, '$2'))
}
