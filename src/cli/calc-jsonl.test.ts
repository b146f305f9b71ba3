import { describe, expect, test } from 'vitest'
import { fromHex, utf8 } from '../octets/octets.ts'
import { BTID_CALCULATOR } from './calc-btid.ts'
import { answerLines, LONGEST_LINE } from './calc-jsonl.ts'

const RAND = '23553cbe9637a89d218ae64dae47bf35'
const lineOf = (id: number) => `{"id":${id},"rand":"${RAND}","bsf":"b.example"}`
const padded = (length: number) => lineOf(1).padEnd(length, ' ')
const answerOf = (id: number) => `{"id":${id},"btid":"I1U8vpY3qJ0hiuZNrke/NQ==@b.example"}\n`
const malformed =
  '{"error":{"code":"malformed-line","message":"one JSON object in UTF-8 expected"}}\n'
const tooLong = '{"error":{"code":"line-too-long","message":"a line has at most 1048576 octets"}}\n'

async function* streamOf(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? utf8(chunk) : chunk
}

async function answersTo(...chunks: (string | Uint8Array)[]): Promise<string> {
  let answers = ''
  for await (const answer of answerLines(BTID_CALCULATOR, streamOf(...chunks))) answers += answer
  return answers
}

describe('lines', () => {
  test('are answered in order, the last one also without a line end', async () => {
    expect(await answersTo(`${lineOf(1)}\n${lineOf(2)}\r\n${lineOf(3)}`)).toBe(
      answerOf(1) + answerOf(2) + answerOf(3),
    )
  })

  test('may be cut anywhere, inside a character too', async () => {
    const octets = utf8(`{"id":"é\u{1f511}","rand":"${RAND}","bsf":"b.example"}\n${lineOf(2)}\n`)
    const expected = `${answerOf(1).replace('1', '"é\u{1f511}"')}${answerOf(2)}`
    for (const size of [1, 2, 7, 64]) {
      const chunks: Uint8Array[] = []
      for (let at = 0; at < octets.length; at += size) chunks.push(octets.subarray(at, at + size))
      expect(await answersTo(...chunks)).toBe(expected)
    }
  })

  test('are answered before the next one comes', async () => {
    const seen: string[] = []
    async function* patient(): AsyncGenerator<Uint8Array> {
      for (const id of [1, 2, 3]) {
        yield utf8(`${lineOf(id)}\n`)
        expect(seen).toHaveLength(id)
      }
    }
    for await (const answer of answerLines(BTID_CALCULATOR, patient())) seen.push(answer)
    expect(seen).toEqual([1, 2, 3].map(answerOf))
  })

  test('that are blank are skipped', async () => {
    expect(await answersTo('\n\r\n  \t\n', lineOf(1), '\n\n')).toBe(answerOf(1))
    expect(await answersTo('')).toBe('')
    expect(await answersTo()).toBe('')
  })
})

describe('wrong lines get an error line, and the others go on', () => {
  test.each([
    ['no JSON', 'foo'],
    ['half a JSON object', '{"rand":'],
    ['two objects', '{}{}'],
    ['a byte order mark', '\ufeff{}'],
    ['a NUL', '\0'],
    ['no UTF-8', fromHex('7b22ff227d')],
    ['deep nesting', '['.repeat(100_000)],
  ])('%s', async (_case, line) => {
    expect(await answersTo(`${lineOf(1)}\n`, line, `\n${lineOf(2)}\n`)).toBe(
      answerOf(1) + malformed + answerOf(2),
    )
  })

  test('a wrong field keeps its id', async () => {
    const wrong = `{"rand":"00","bsf":"b.example","id":"x"}`
    expect(await answersTo(`${wrong}\n${lineOf(2)}\n`)).toBe(
      `{"id":"x","error":{"code":"malformed-field","message":"rand: hex of 16 octets expected"}}\n${answerOf(2)}`,
    )
  })

  test('deeply nested JSON that is whole', async () => {
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const answers = await answersTo(`{"id":${nested}}\n${nested}\n${lineOf(3)}\n`)
    expect(answers.split('\n').slice(0, 2).join()).toMatch(/id: text or number.*one JSON object/)
    expect(answers.endsWith(answerOf(3))).toBe(true)
  })

  test('none repeats what it was given', async () => {
    const secret = '465b5ce8b199b49faa5f0a2ee238a6bc'
    const answers = await answersTo(
      `${secret}\n{"rand":"${secret}"\n{"${secret}":1}\n{"rand":"${secret}00"}\n["${secret}"]\n`,
    )
    expect(answers.split('\n')).toHaveLength(6)
    expect(answers).not.toContain(secret)
  })
})

describe('a line', () => {
  test('has at most a mebioctet', async () => {
    expect(await answersTo(`${padded(LONGEST_LINE)}\n`)).toBe(answerOf(1))
    expect(await answersTo(`${padded(LONGEST_LINE + 1)}\n${lineOf(2)}\n`)).toBe(
      tooLong + answerOf(2),
    )
  })

  test('that is too long is not kept, in however many chunks it comes', async () => {
    const chunk = 'x'.repeat(65_536)
    const chunks = Array.from({ length: 100 }, () => chunk)
    expect(await answersTo(...chunks, `\n${lineOf(2)}\n`)).toBe(tooLong + answerOf(2))
    expect(await answersTo(...chunks)).toBe(tooLong)
  })
})
