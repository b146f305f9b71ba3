import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed, ConfigurationInvalid, Unsupported } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { createRecordedTrace, createScriptedReader } from './uicc-terminal.fixture.ts'
import { createCommandSender } from './uicc-terminal-commands.ts'
import { verifyPin } from './uicc-terminal-pin.ts'

const pin = (digits: string) => Secret.of(utf8(digits))
const VERIFY = '002000010831323334ffffffff'
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
    expect(sent).toEqual(['00200001', VERIFY])
    expect(traced).not.toMatch(/1234|31323334/)
  })

  test.each([
    ['one try left', '63c1'],
    ['blocked', '63c0'],
  ])(`${OTHER}: %s`, async (_name, tries) => {
    const { result, sent } = await verify({ '00200001': tries, [VERIFY]: '9000' })
    expect(result).toBeInstanceOf(ConfigurationInvalid)
    expect(sent).toEqual(['00200001'])
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

  test('a card that does not count tries aloud gets the PIN', async () => {
    const { result } = await verify({ '00200001': '6700', [VERIFY]: '9000' })
    expect(result).toBeUndefined()
  })

  test.each(['123', '123456789', ''])('%j cannot be a PIN and is not sent', async (digits) => {
    const { result, sent } = await verify({ '00200001': '63c3' }, digits)
    expect(result).toBeInstanceOf(ConfigurationInvalid)
    expect(sent).toHaveLength(1)
  })
})
