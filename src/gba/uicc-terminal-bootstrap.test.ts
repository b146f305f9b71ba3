import { describe, expect, test } from 'vitest'
import { decodeEfGbabp, encodeEfGbabp } from '../apdu/ef-gbabp.ts'
import type { UiccReader } from '../apdu/uicc-reader.ts'
import { TransportFailed } from '../errors/errors.ts'
import { parseBtid } from '../identity/btid.ts'
import { concatOctets, fromHex, toHex, uint16 } from '../octets/octets.ts'
import { noTrace } from '../trace/trace.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { createBootstrapFile } from './uicc-terminal-bootstrap.ts'
import { createCommandSender } from './uicc-terminal-commands.ts'

const NAMES = { terminal: 'PN GW', trace: noTrace, clock: undefined }
const btid = parseBtid(WORKED.btid)
const keyLifetime = '2026-11-24T10:00:00Z'
const run = { rand: WORKED.rand, btid, keyLifetime }
const former = {
  rand: new Uint8Array(16),
  btid: `AAAAAAAAAAAAAAAAAAAAAA==@${WORKED.bsfName}`,
  keyLifetime,
}
const NEEDED = 3 + 16 + btid.length + keyLifetime.length

/** A card with one file, and what it says to reading and to writing it. */
function cardWith(contents: Uint8Array | undefined, says: { read?: string; update?: string } = {}) {
  const card = { contents, updates: [] as string[] }
  const answer = (command: Uint8Array): Uint8Array => {
    const [, ins, p1 = 0, p2 = 0, p3 = 0] = command
    const offset = (p1 << 8) | p2
    if (card.contents === undefined) return fromHex('6a82')
    if (ins === 0xa4) {
      return concatOctets(
        fromHex('6208820241218002'),
        uint16(card.contents.length),
        fromHex('9000'),
      )
    }
    if (ins === 0xb0) {
      return says.read === undefined
        ? concatOctets(card.contents.slice(offset, offset + p3), fromHex('9000'))
        : fromHex(says.read)
    }
    if (says.update !== undefined) return fromHex(says.update)
    card.updates.push(toHex(command.subarray(0, 5)))
    card.contents.set(command.subarray(5, 5 + p3), offset)
    return fromHex('9000')
  }
  const reader: UiccReader = {
    name: 'one file',
    reset: async () => fromHex('3b00'),
    transmit: async (command) => answer(command),
    close: async () => {},
  }
  const file = { name: 'EF_GBABP', fileId: 0x6fd6 }
  const open = () => createBootstrapFile(createCommandSender(reader, NAMES), file)
  return { card, open, held: open() }
}

const filled = (length: number) => new Uint8Array(length).fill(0xff)
const withRand = (length: number, rand = WORKED.rand) =>
  encodeEfGbabp({ rand, btid: '', keyLifetime: '' }, length)

describe('what is written', () => {
  test('B-TID and lifetime behind the RAND of the card, in a file that they just fit', async () => {
    const { card, held, open } = cardWith(withRand(NEEDED))
    await held.write({ btid, keyLifetime })
    expect(card.updates).toEqual([`00d60011${(NEEDED - 17).toString(16)}`])
    expect(decodeEfGbabp(card.contents as Uint8Array)).toEqual(run)
    expect(await open().read()).toEqual(run)
  })

  test.each([
    ['never wrote any', filled(120)],
    ['keeps that of a former run', encodeEfGbabp(former, 120)],
    ['has something else in the file', fromHex('08'.repeat(120))],
  ])('the RAND too, if the card %s', async (_name, contents) => {
    const { card, held, open } = cardWith(contents)
    await held.write({ btid, keyLifetime })
    expect(card.updates).toEqual([`00d60000${NEEDED.toString(16)}`])
    expect(await open().read()).toEqual(run)
  })

  test('nothing that does not fit', async () => {
    const { card, held } = cardWith(withRand(NEEDED - 1))
    await held.write({ btid, keyLifetime })
    expect(card.updates).toEqual([])
    const labels = Array.from({ length: 4 }, () => 'x'.repeat(57)).join('.')
    const long = parseBtid(`${btid.split('@')[0]}@${labels}`)
    expect(long).toHaveLength(256)
    const roomy = cardWith(withRand(600))
    await roomy.held.write({ btid: long, keyLifetime })
    expect(roomy.card.updates).toEqual([])
    expect((await roomy.held.read())?.btid).toBe(long)
  })
})

describe('what the file does not take is remembered', () => {
  test.each([
    ['the file is too small', cardWith(withRand(40))],
    ['the file holds no octet', cardWith(filled(0))],
    ['the card has no such file', cardWith(undefined)],
    ['the card refuses to write it', cardWith(withRand(120), { update: '6982' })],
    ['the card refuses to read it', cardWith(withRand(120), { read: '6982', update: '6982' })],
  ])('%s: until the next run, and by this terminal only', async (_name, { held, open }) => {
    expect(await held.read()).toBeUndefined()
    await held.write({ btid, keyLifetime })
    expect(await held.read()).toEqual(run)
    expect(await open().read()).toBeUndefined()
    held.forget()
    expect(await held.read()).toBeUndefined()
  })

  test('a RAND of another run in the file makes it void', async () => {
    const { card, held } = cardWith(withRand(40))
    await held.write({ btid, keyLifetime })
    card.contents = withRand(40, former.rand)
    expect(await held.read()).toBeUndefined()
  })

  test('a card that is gone is an error', async () => {
    const reader: UiccReader = {
      name: 'gone',
      reset: async () => fromHex('3b00'),
      transmit: async () => Promise.reject(new TransportFailed('the card was removed')),
      close: async () => {},
    }
    const gone = createBootstrapFile(createCommandSender(reader, NAMES), {
      name: 'EF_GBABP',
      fileId: 0x6fd6,
    })
    await expect(gone.write({ btid, keyLifetime })).rejects.toThrow(TransportFailed)
    await expect(gone.read()).rejects.toThrow(TransportFailed)
  })
})

test('the B-TID of a former run behind the RAND of a new one is no run', async () => {
  const { held } = cardWith(encodeEfGbabp({ ...former, rand: WORKED.rand }, 120))
  expect(await held.read()).toBeUndefined()
  const whole = cardWith(encodeEfGbabp(former, 120))
  expect((await whole.held.read())?.btid).toBe(former.btid)
})

test.each([
  ['no lifetime', encodeEfGbabp({ ...run, keyLifetime: '' }, 120)],
  ['no B-TID', withRand(120)],
  ['a text that is no B-TID', encodeEfGbabp({ ...run, btid: 'none' }, 120)],
  ['octets that do not fit', fromHex('10aabb')],
])('%s: no run', async (_name, contents) => {
  expect(await cardWith(contents).held.read()).toBeUndefined()
})
