/**
 * Calculators over JSON lines: one object in, one object out, in order, as they come. Design 10
 *
 * A line that is too long, no UTF-8 or no JSON gets an error line like any other wrong input, and the
 * lines after it are read on. What was read is never repeated in a message.
 */
import { fromUtf8 } from '../octets/octets.ts'
import { answerFields, type CalcAnswer, type Calculator, errorAnswer } from './calc-answer.ts'

/** Octets that a line may have, its line end not counted. */
export const LONGEST_LINE = 1 << 20

const LINE_FEED = 0x0a
const BLANK = /^[\t\r ]*$/

/** Answers to a stream of octets: for each chunk the lines that it completed, as one text. */
export async function* answerLines(
  calculator: Calculator,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  const splitter = createLineSplitter()
  for await (const chunk of chunks) {
    const answers = splitter
      .push(chunk)
      .map((line) => answerLine(calculator, line))
      .join('')
    if (answers !== '') yield answers
  }
  const last = splitter.end()
  if (last !== undefined) yield answerLine(calculator, last)
}

/** A whole line without its line end, or why there is none. */
type Line = Uint8Array | 'too-long'

interface LineSplitter {
  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): Line[]
  /** What came after the last line end, if anything did. */
  end(): Line | undefined
}

/** Holds at most one line; of a longer one it only remembers that it was. */
function createLineSplitter(): LineSplitter {
  let parts: Uint8Array[] = []
  let length = 0

  const keep = (part: Uint8Array): void => {
    length += part.length
    if (length > LONGEST_LINE) parts = []
    else if (part.length > 0) parts.push(part)
  }
  const take = (): Line => {
    const line = length > LONGEST_LINE ? 'too-long' : Buffer.concat(parts)
    parts = []
    length = 0
    return line
  }

  return {
    push(chunk) {
      const lines: Line[] = []
      let start = 0
      for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, start)) {
        keep(chunk.subarray(start, at))
        lines.push(take())
        start = at + 1
      }
      keep(chunk.subarray(start))
      return lines
    },
    end: () => (length > 0 ? take() : undefined),
  }
}

/** The answer with its line end; nothing for a blank line. */
function answerLine(calculator: Calculator, line: Line): string {
  const answer = line === 'too-long' ? tooLong() : answerOctets(calculator, line)
  return answer === undefined ? '' : `${JSON.stringify(answer)}\n`
}

function answerOctets(calculator: Calculator, line: Uint8Array): CalcAnswer | undefined {
  let fields: unknown
  try {
    const text = fromUtf8(line)
    if (BLANK.test(text)) return undefined
    fields = JSON.parse(text)
  } catch {
    return errorAnswer('malformed-line', 'one JSON object in UTF-8 expected')
  }
  return answerFields(calculator, fields)
}

function tooLong(): CalcAnswer {
  return errorAnswer('line-too-long', `a line has at most ${LONGEST_LINE} octets`)
}
