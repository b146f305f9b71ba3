import { describe, expect, test } from 'vitest'
import { InvalidMessage, Unsupported } from '../errors/errors.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { parseImpi } from '../identity/impi.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'
import { toHex } from '../octets/octets.ts'
import { noTrace } from '../trace/trace.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { createScriptedReader } from './uicc-terminal.fixture.ts'
import {
  authenticateBootstrapping,
  authenticateNafDerivation,
  authenticateUmts,
} from './uicc-terminal-authenticate.ts'
import { createCommandSender } from './uicc-terminal-commands.ts'

const challenge = { rand: WORKED.rand, autn: WORKED.autnStar }
const nafId = { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS }
const NAMES = { terminal: 'PN GW', trace: noTrace, clock: undefined }

/** A card that gives one answer to AUTHENTICATE, directly or behind 61xx. */
function cardWith(answer: string) {
  const length = ((answer.length - 4) / 2).toString(16).padStart(2, '0')
  const script: Record<string, string> =
    answer.length > 4 ? { '0088': `61${length}`, '00c0': answer } : { '0088': answer }
  return createCommandSender(createScriptedReader(script), NAMES)
}

describe('bootstrapping mode', () => {
  test('RES as the card gives it', async () => {
    const res = toHex(WORKED.resGbaU.reveal())
    const outcome = await authenticateBootstrapping(cardWith(`db08${res}9000`), challenge)
    if (outcome.outcome !== 'success') throw new Error(outcome.outcome)
    expect(outcome.res.equals(WORKED.resGbaU)).toBe(true)
  })

  test('AUTS and 98 62 are outcomes', async () => {
    const auts = cardWith(`dc0e${toHex(WORKED.auts)}9000`)
    expect(await authenticateBootstrapping(auts, challenge)).toEqual({
      outcome: 'sync-failure',
      auts: WORKED.auts,
    })
    expect(await authenticateBootstrapping(cardWith('9862'), challenge)).toEqual({
      outcome: 'mac-failure',
    })
  })

  test('an answer without GET RESPONSE counts too', async () => {
    const reader = createScriptedReader({ '0088': 'db04aabbccdd9000' })
    const outcome = await authenticateBootstrapping(createCommandSender(reader, NAMES), challenge)
    expect(outcome.outcome).toBe('success')
    expect(reader.sent).toHaveLength(1)
  })

  test.each([
    ['9864', 'security context not supported'],
    ['6982', 'security status not satisfied'],
    ['6985', 'conditions of use not satisfied'],
    ['6b00', 'wrong parameters P1-P2'],
    ['6f42', 'unknown status word'],
  ])('%s is an error that says so', async (sw, words) => {
    const attempt = authenticateBootstrapping(cardWith(sw), challenge)
    await expect(attempt).rejects.toThrow(Unsupported)
    await expect(attempt).rejects.toThrow(words)
  })

  test.each([
    'db0aaabb9000',
    'aa009000',
    'dc0d000000000000000000000000009000',
    'db04aabbccddee9000',
    'db009000',
    'db03aabbcc9000',
    `db21${'aa'.repeat(33)}9000`,
    '9000',
  ])('an answer that makes no sense: %s', async (answer) => {
    await expect(authenticateBootstrapping(cardWith(answer), challenge)).rejects.toThrow(
      InvalidMessage,
    )
  })
})

describe('3G context', () => {
  const keys = `10${toHex(WORKED.ck.reveal())}10${toHex(WORKED.ik.reveal())}`
  test.each([
    ['without Kc', ''],
    ['with Kc', '08eae4be823af9a08b'],
  ])('RES, CK and IK %s', async (_name, kc) => {
    const sender = cardWith(`db08${toHex(WORKED.res.reveal())}${keys}${kc}9000`)
    const outcome = await authenticateUmts(sender, challenge)
    if (outcome.outcome !== 'success') throw new Error(outcome.outcome)
    expect(outcome.res.equals(WORKED.res)).toBe(true)
    expect(outcome.ck.equals(WORKED.ck)).toBe(true)
    expect(outcome.ik.equals(WORKED.ik)).toBe(true)
  })

  test.each([4, 16, 32])('a RES of %i octets is one', async (length) => {
    const res = 'aa'.repeat(length)
    const hex = length.toString(16).padStart(2, '0')
    const umts = await authenticateUmts(cardWith(`db${hex}${res}${keys}9000`), challenge)
    const gba = await authenticateBootstrapping(cardWith(`db${hex}${res}9000`), challenge)
    expect([umts, gba].map((one) => 'res' in one && toHex(one.res.reveal()))).toEqual([res, res])
  })

  test.each([
    ['no RES', `db00${keys}9000`, InvalidMessage],
    ['a CK of 32 octets', `db04aabbccdd20${'cc'.repeat(32)}10${'ee'.repeat(16)}9000`, Unsupported],
    ['an IK of 32 octets', `db04aabbccdd10${'cc'.repeat(16)}20${'ee'.repeat(32)}9000`, Unsupported],
  ])('%s is of no use for GBA', async (_name, answer, kind) => {
    await expect(authenticateUmts(cardWith(answer), challenge)).rejects.toThrow(kind)
  })

  test('AUTS, 98 62 and refusals', async () => {
    const auts = cardWith(`dc0e${toHex(WORKED.auts)}9000`)
    expect(await authenticateUmts(auts, challenge)).toMatchObject({ outcome: 'sync-failure' })
    expect(await authenticateUmts(cardWith('9862'), challenge)).toEqual({ outcome: 'mac-failure' })
    await expect(authenticateUmts(cardWith('6985'), challenge)).rejects.toThrow(Unsupported)
  })
})

const derive = (answer: string) => authenticateNafDerivation(cardWith(answer), nafId, WORKED.impi)

describe('NAF derivation mode', () => {
  test('Ks_ext_NAF of 32 octets; none without Ks', async () => {
    const key = await authenticateNafDerivation(
      cardWith(`db20${'ab'.repeat(32)}9000`),
      nafId,
      WORKED.impi,
    )
    expect(toHex(key?.reveal() as Uint8Array)).toBe('ab'.repeat(32))
    expect(await derive('6985')).toBeUndefined()
    expect(await derive('6a88')).toBeUndefined()
  })

  test('another length, AUTS, and refusals', async () => {
    await expect(derive(`db1f${'ab'.repeat(31)}9000`)).rejects.toThrow(InvalidMessage)
    await expect(derive(`dc0e${toHex(WORKED.auts)}9000`)).rejects.toThrow(InvalidMessage)
    await expect(derive('9866')).rejects.toThrow('no memory space available')
    await expect(derive('9862')).rejects.toThrow(Unsupported)
  })

  test('what fits no command is not sent', async () => {
    const impi = parseImpi(`${'a'.repeat(200)}@b.example`)
    const long = { nafFqdn: parseFqdn(`${'x'.repeat(40)}.example`), uaId: UA_ID_CPNS }
    const reader = createScriptedReader({})
    const attempt = authenticateNafDerivation(createCommandSender(reader, NAMES), long, impi)
    await expect(attempt).rejects.toThrow(Unsupported)
    expect(reader.sent).toEqual([])
  })
})
