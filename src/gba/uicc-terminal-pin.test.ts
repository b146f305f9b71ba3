import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed, ConfigurationInvalid, Unsupported } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { createRecordedTrace, createScriptedReader } from './uicc-terminal.fixture.ts'
import { createCommandSender } from './uicc-terminal-commands.ts'
import { verifyPin } from './uicc-terminal-pin.ts'

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
    ['one try left', '63c1'],
    ['blocked', '63c0'],
  ])(`${OTHER}: %s`, async (_name, tries) => {
    const { result, sent } = await verify({ '00200001': tries, [VERIFY]: '9000' })
    expect(result).toBeInstanceOf(ConfigurationInvalid)
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
