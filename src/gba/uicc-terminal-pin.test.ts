import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed, ConfigurationInvalid, Unsupported } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { createRecordedTrace, createScriptedReader } from './uicc-terminal.fixture.ts'
import { CardRefused, createCommandSender } from './uicc-terminal-commands.ts'
import { createPinPad, verifyPin } from './uicc-terminal-pin.ts'

const pin = (digits: string) => Secret.of(utf8(digits))
const VERIFY = '002000010831323334ffffffff'
const STATUS = '80f2000000'
const OTHER = 'the last try is never used'

async function verify(script: Record<string, string>, digits = '1234') {
  const reader = createScriptedReader(script)
  const { events, trace } = createRecordedTrace()
  const sender = createCommandSender(reader, { terminal: 'PN GW', trace, clock: undefined })
  const result = await verifyPin(sender, pin(digits)).catch((error: unknown) => error)
  return { result, sent: reader.sent, traced: JSON.stringify(events) }
}

describe('VERIFY PIN', () => {
  test('a right one, and nothing of it in the trace', async () => {
    const { result, sent, traced } = await verify({ '00200001': '63c3', [VERIFY]: '9000' })
    expect(result).toBeUndefined()
    expect(sent).toEqual([STATUS, '00200001', VERIFY])
    expect(traced).not.toMatch(/1234|31323334/)
  })

  test.each([
    ['one try left', '63c1', 'has 1 try left'],
    ['blocked', '63c0', 'has 0 tries left'],
  ])(`${OTHER}: %s`, async (_name, tries, said) => {
    const { result, sent } = await verify({ '00200001': tries, [VERIFY]: '9000' })
    expect(result).toBeInstanceOf(ConfigurationInvalid)
    expect((result as Error).message).toContain(said)
    expect(sent).toEqual([STATUS, '00200001'])
  })

  test.each([
    ['wrong', '63c2', AuthenticationFailed],
    ['blocked', '6983', ConfigurationInvalid],
    ['anything else', '6985', Unsupported],
  ])('%s', async (_name, sw, kind) => {
    const { result } = await verify({ '00200001': '63c3', [VERIFY]: sw })
    expect(result).toBeInstanceOf(kind)
    expect((result as Error).message).not.toContain('1234')
  })

  test.each([
    ['PIN 2 of a card with one PIN an application', 'c609900140830101830102', '02'],
    ['the universal PIN where no other is enabled', 'c60c900140830101950108830111', '11'],
    ['the usual one where none is enabled', 'c606900100830102', '01'],
    ['the usual one where PIN2 alone is enabled', 'c609900140830101830181', '01'],
  ])('%s', async (_name, template, keyReference) => {
    const length = (template.length / 2).toString(16).padStart(2, '0')
    const { result, sent } = await verify({
      [STATUS]: `62${length}${template}9000`,
      '0020': '63c3',
      [`002000${keyReference}08`]: '9000',
    })
    expect(result).toBeUndefined()
    expect(sent.at(-1)?.slice(0, 8)).toBe(`002000${keyReference}`)
  })

  test('a STATUS that makes no sense: the usual PIN', async () => {
    const { result } = await verify({ [STATUS]: '62ff9000', '00200001': '63c3', [VERIFY]: '9000' })
    expect(result).toBeUndefined()
  })

  test('a card that does not count tries aloud gets the PIN', async () => {
    const { result } = await verify({ '00200001': '6700', [VERIFY]: '9000' })
    expect(result).toBeUndefined()
  })

  test.each(['123', '123456789', ''])('%j cannot be a PIN and is not sent', async (digits) => {
    const { result, sent } = await verify({ '00200001': '63c3' }, digits)
    expect(result).toBeInstanceOf(ConfigurationInvalid)
    expect(sent).toHaveLength(2)
  })
})

describe('the PIN pad', () => {
  const asking = new CardRefused('AUTHENTICATE', { data: new Uint8Array(0), sw: 0x6982 })

  /** Work that the card refuses so often before it does it. */
  function workAfter(refusals: number, refusal: Error = asking) {
    const work = {
      begun: 0,
      do: async () => {
        if (work.begun++ < refusals) throw refusal
        return 'done'
      },
    }
    return work
  }

  function padWith(script: Record<string, string>, given?: Secret) {
    const reader = createScriptedReader({ '00200001': '63c3', ...script })
    const names = { terminal: 'PN GW', trace: () => {}, clock: undefined }
    const withPin = createPinPad(createCommandSender(reader, names), given)
    const verified = () => reader.sent.filter((command) => command === VERIFY).length
    return { withPin, verified }
  }

  test('is not touched where the card does not ask', async () => {
    const { withPin, verified } = padWith({ [VERIFY]: '9000' }, pin('1234'))
    expect(await withPin(workAfter(0).do)).toBe('done')
    const refused = new CardRefused('AUTHENTICATE', { data: new Uint8Array(0), sw: 0x9862 })
    await expect(withPin(workAfter(1, refused).do)).rejects.toBe(refused)
    expect(verified()).toBe(0)
  })

  test('is used as soon as it asks, and the work done again, once', async () => {
    const { withPin, verified } = padWith({ [VERIFY]: '9000' }, pin('1234'))
    expect(await withPin(workAfter(1).do)).toBe('done')
    expect(verified()).toBe(1)
    const work = workAfter(9)
    await expect(withPin(work.do)).rejects.toBe(asking)
    expect([work.begun, verified()]).toEqual([2, 2])
  })

  test('has none, or one that was wrong before', async () => {
    const none = new ConfigurationInvalid('the card asks for its PIN')
    await expect(padWith({}).withPin(workAfter(1).do)).rejects.toThrow(none)
    const { withPin, verified } = padWith({ [VERIFY]: '63c2' }, pin('1234'))
    await expect(withPin(workAfter(1).do)).rejects.toThrow(AuthenticationFailed)
    await expect(withPin(workAfter(1).do)).rejects.toThrow(none)
    expect(verified()).toBe(1)
  })
})
