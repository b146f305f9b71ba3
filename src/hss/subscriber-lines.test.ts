import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { toHex } from '../octets/octets.ts'
import { subscribersIn } from './subscriber-lines.ts'

const K = 'ab'.repeat(16)
const OPC = 'cd'.repeat(16)

async function* linesOf(text: string) {
  yield* text.split('\n')
}

async function read(text: string) {
  const subscribers = []
  for await (const { line, subscriber } of subscribersIn(linesOf(text))) {
    const { impi, algorithm, subscriberKey, operatorVariant } = subscriber
    const keys = [subscriberKey, operatorVariant].map((key) => toHex(key.reveal()))
    subscribers.push([line, impi, algorithm, ...keys])
  }
  return subscribers
}

const refusal = async (text: string): Promise<string> => {
  const error = await read(text).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(ConfigurationInvalid)
  const { message } = error as Error
  expect(message).not.toContain('abab')
  return message
}

const A = [2, 'a@ims.example', 'milenage', K, OPC]

describe('CSV', () => {
  test('columns in any order, empty cells absent, quotation marks, CR LF, BOM, empty lines', async () => {
    const text = `\uFEFFopc,impi,"k",uiccType\r\n${OPC},a@ims.example,${K},\r\n\r\n${OPC}, "b@ims.example" ,${K},GBA\r\n`
    expect(await read(text)).toEqual([A, [4, 'b@ims.example', 'milenage', K, OPC]])
  })

  test.each([
    ['an unknown column', 'impi,key\n', 'line 1: "key" is none of the columns'],
    ['no heading', `impi,${'465b'.repeat(8)}\n`, 'line 1: the heading is none of the columns'],
    ['a column twice', 'impi,k,k\n', 'line 1: a column is there twice'],
    ['a cell too many', `impi,k,opc\na@x,${K},${OPC},1`, 'line 2: 4 cells under 3 columns'],
    ['a cell too few', `impi,k,opc\na@x,${K}`, 'line 2: 2 cells under 3 columns'],
    ['half a quotation', `impi,k,opc\n"a@x,${K},${OPC}`, 'line 2: quotation marks'],
    ['no K', `impi,opc\na@ims.example,${OPC}`, 'line 2: k: '],
    ['a short K', `impi,k,opc\na@ims.example,abab,${OPC}`, 'line 2: k: not 32 hex digits'],
    ['no OPc', `impi,k\na@ims.example,${K}`, 'line 2: opc: it is missing'],
    ['no IMPI', `impi,k,opc\nalice,${K},${OPC}`, 'line 2: impi: '],
    ['TUAK with OPc', `impi,algorithm,k,opc\na@x.y,tuak,${K},${OPC}`, 'line 2: opc: tuak takes'],
    ['no lifetime', `impi,k,opc,keyLifetime\na@x.y,${K},${OPC},long`, 'line 2: keyLifetime: '],
    ['a long line', `impi,k,opc\n${'a'.repeat(132_000)}`, 'line 2: over 131072 characters'],
  ])('%s', async (_name, text, message) => {
    expect(await refusal(text)).toContain(message)
  })
})

describe('JSON', () => {
  const object = (impi: string) => JSON.stringify({ impi, k: K, opc: OPC })

  test('one object a line', async () => {
    expect(await read(`\n${object('a@ims.example')}\n${object('b@ims.example')}`)).toEqual([
      A,
      [3, 'b@ims.example', 'milenage', K, OPC],
    ])
  })

  test.each([
    `[${object('x@ims.example')},\n${object('a@ims.example')}]`,
    `[\n${object('a@ims.example')},\n${object('x@ims.example')}\n]\n`,
  ])('an array, one object a line: %#', async (text) => {
    const found = await read(text)
    expect(found).toHaveLength(2)
    expect(found).toContainEqual(A)
  })

  test.each([
    ['half an object', '{"impi":', 'line 1: not one JSON object a line'],
    ['an unknown field', object('a@x.y').replace('}', ',"pin":1}'), 'line 1: fields: Unrec'],
    [
      'a field twice',
      object('a@x.y').replace('{', '{"impi":"b@x.y",'),
      'line 1: JSON: a property twice',
    ],
    ['a number', '{"impi":7}', 'line 1: impi: '],
    ['a later line', `${object('a@x.y')}\n7x`, 'line 2: not one JSON object a line'],
  ])('%s', async (_name, text, message) => {
    expect(await refusal(text)).toContain(message)
  })
})

describe('a GUSS as XML', () => {
  const XML =
    '<guss><ussList><uss id="7" type="0"><flags><flag>1</flag></flags></uss></ussList></guss>'
  const STORED = XML.replace('<guss>', '<guss id="a@ims.example">')
  const quoted = (xml: string) => `"${xml.replaceAll('"', '""')}"`
  const csv = (cells: string, columns = 'guss') =>
    `impi,k,opc,${columns}\na@ims.example,${K},${OPC},${cells}`
  const json = (more: object) => JSON.stringify({ impi: 'a@ims.example', k: K, opc: OPC, ...more })
  const gussOf = async (text: string) => {
    for await (const { subscriber } of subscribersIn(linesOf(text))) return subscriber.guss
    return undefined
  }

  test('in a cell, and in an object, where it may have line ends', async () => {
    expect(await gussOf(csv(quoted(XML)))).toBe(STORED)
    expect(await gussOf(csv(',GBA', 'guss,uiccType'))).toContain('<uiccType>GBA<')
    expect(await gussOf(csv(`${quoted(XML)},GBA`, 'guss,uiccType'))).toBe(
      STORED.replace('<ussList>', '<bsfInfo><uiccType>GBA</uiccType></bsfInfo><ussList>'),
    )
    expect(await gussOf(json({ guss: XML }))).toBe(STORED)
    expect(await gussOf(json({ guss: STORED.replaceAll('><', '>\n<') }))).toContain('\n<ussList>')
  })

  test('the largest, were it all quotation marks', async () => {
    const head = '<guss id="a@ims.example"><more>'
    const xml = `${head}${'"'.repeat(60_000 - head.length - 14)}</more></guss>`
    expect(xml).toHaveLength(60_000)
    expect(await gussOf(csv(quoted(xml)))).toBe(xml)
    expect(await gussOf(json({ guss: xml }))).toBe(xml)
    const longer = csv(quoted(xml.replace('<more>', '<more>x')))
    expect(await refusal(longer)).toContain('line 2: guss: over 60000 octets as XML')
  })

  test.each([
    ['not well-formed', csv('<guss>'), 'line 2: guss: XML: not well-formed at 1:6'],
    ['of another', csv(quoted('<guss id="b@c.d"/>')), 'line 2: guss: its id is not the IMPI'],
    ['a wrong GSID', json({ guss: XML.replace('7', 'x') }), 'line 1: guss: uss id: missing or'],
    [
      'another type',
      csv(`<guss><bsfInfo><uiccType>GBA_U</uiccType></bsfInfo></guss>,GBA`, 'guss,uiccType'),
      'line 2: uiccType: GBA here, but GBA_U in guss',
    ],
    [
      'another lifetime',
      json({ guss: '<guss><bsfInfo><lifeTime>9</lifeTime></bsfInfo></guss>', keyLifetime: 60 }),
      'line 1: keyLifetime: 60 here, but 9 in guss',
    ],
    ['over two lines', csv('"<guss>\n</guss>"'), 'line 2: quotation marks that do not match on'],
    ['no text', json({ guss: 7 }), 'line 1: guss: Invalid input'],
  ])('%s: the line is named', async (_name, text, message) => {
    expect(await refusal(text)).toContain(message)
  })
})

test('a line of blanks without end is refused too, not taken for the end', async () => {
  expect(await refusal(`impi,k,opc\n${' '.repeat(132_000)}`)).toContain('line 2: over 131072')
})

test('whatever comes: subscribers, or the line that is wrong', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[[\]{},":a-z0-9@. \\]{0,40}$/), { maxLength: 5 }),
      async (lines) => {
        try {
          await read(lines.join('\n'))
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationInvalid)
        }
      },
    ),
    { numRuns: 500, seed: 1 },
  )
})
