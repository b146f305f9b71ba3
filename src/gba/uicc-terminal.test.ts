import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { Secret } from '../crypto/secret.ts'
import {
  AuthenticationFailed,
  ConfigurationInvalid,
  TransportFailed,
  Unsupported,
} from '../errors/errors.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseUaId, UA_ID_CPNS } from '../identity/naf-id.ts'
import { fromHex, toHex, utf8 } from '../octets/octets.ts'
import { challengesFor, createTestCard, profileFile, SELECT_USIM } from '../uicc/uicc.fixture.ts'
import { WORKED } from './gba-facts.fixture.ts'
import {
  createRecordedTrace,
  createScriptedReader,
  createT1Reader,
} from './uicc-terminal.fixture.ts'
import { openUiccApplication, type TerminalOptions } from './uicc-terminal.ts'

const challenge = { rand: WORKED.rand, autn: WORKED.autnStar }
const btid = parseBtid(WORKED.btid)
const keyLifetime = '2026-11-24T10:00:00Z'
const nafId = { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS }

const pin = (digits: string) => Secret.of(utf8(digits))

async function open(options: TerminalOptions = {}, changes: Record<string, unknown> = {}) {
  const { reader } = await createTestCard(changes)
  return openUiccApplication(reader, options)
}

describe('our own card', () => {
  test('a whole bootstrapping run, and the EUKey', async () => {
    const card = await open()
    expect([card.application, card.impi, card.bsfName, card.supportsGbaU]).toEqual([
      'USIM',
      WORKED.impi,
      WORKED.bsfName,
      true,
    ])
    expect(await card.deriveKsExtNaf(nafId)).toBeUndefined()
    const outcome = await card.bootstrap(challenge)
    if (outcome.outcome !== 'success') throw new Error(outcome.outcome)
    expect(outcome.res.equals(WORKED.resGbaU)).toBe(true)
    expect(await card.readBootstrap()).toBeUndefined()
    await card.writeBootstrap({ btid, keyLifetime })
    expect(await card.readBootstrap()).toEqual({ rand: WORKED.rand, btid, keyLifetime })
    const euKey = await card.deriveKsExtNaf(nafId)
    expect(toHex(euKey?.reveal() as Uint8Array)).toBe(
      'f568a61c01d3a657e4a7affa881428d8edf3b085fbd69cbf14e74dc4c24ed10e',
    )
    const other = await card.deriveKsExtNaf({ ...nafId, uaId: parseUaId('0100000002') })
    expect(toHex(other?.reveal() as Uint8Array)).toMatch(/^dd0f7f3e/)
  })

  test.each(['USIM', 'ISIM', 'CSIM'] as const)('GBA_U on the %s', async (application) => {
    const card = await open({ application })
    expect(card.application).toBe(application)
    expect((await card.bootstrap(challenge)).outcome).toBe('success')
    await card.writeBootstrap({ btid, keyLifetime })
    expect((await card.readBootstrap())?.btid).toBe(btid)
    expect(await card.deriveKsExtNaf(nafId)).toHaveLength(32)
  })

  test('AUTS and MAC failure', async () => {
    const card = await open()
    const { vector } = challengesFor(WORKED.sqn)
    expect(await card.bootstrap(vector)).toEqual({ outcome: 'mac-failure' })
    expect((await card.bootstrap(challenge)).outcome).toBe('success')
    expect((await card.bootstrap(challenge)).outcome).toBe('sync-failure')
    expect((await card.authenticateUmts(vector)).outcome).toBe('sync-failure')
  })

  test('a card without GBA_U: 3G context, and no GBA files', async () => {
    const usim = { application: 'USIM', imsi: '001010123456789', mncLength: 2, gba: false }
    const card = await open({}, { applications: [usim] })
    expect(card.supportsGbaU).toBe(false)
    const outcome = await card.authenticateUmts(challengesFor(WORKED.sqn).vector)
    if (outcome.outcome !== 'success') throw new Error(outcome.outcome)
    expect(outcome.ck.equals(WORKED.ck)).toBe(true)
    expect(await card.readBootstrap()).toBeUndefined()
    await expect(card.bootstrap(challenge)).rejects.toThrow('security context not supported')
  })

  test('a B-TID that does not fit the file is remembered, until the next run', async () => {
    const { reader } = await createTestCard()
    const card = await openUiccApplication(reader)
    await card.bootstrap(challenge)
    const label = 'x'.repeat(62)
    const long = parseBtid(`${WORKED.btid.split('@')[0]}@${label}.${label}.${label}.example`)
    await card.writeBootstrap({ btid: long, keyLifetime })
    expect(await card.readBootstrap()).toEqual({ rand: WORKED.rand, btid: long, keyLifetime })
    expect((await card.bootstrap(challenge)).outcome).toBe('sync-failure')
    expect((await card.readBootstrap())?.btid).toBe(long)
    const next = challengesFor(WORKED.sqn + 32n).vectorGba
    expect((await card.bootstrap(next)).outcome).toBe('success')
    expect(await card.readBootstrap()).toBeUndefined()
    const again = await openUiccApplication(reader)
    expect(await again.readBootstrap()).toBeUndefined()
  })
})

describe('the PIN', () => {
  const pins = {
    ...(profileFile().pins as object),
    pin: { value: '1234', puk: '12345678', enabled: true },
  }

  test('is given if the card asks for it', async () => {
    const card = await open({ pin: pin('1234') }, { pins })
    expect((await card.bootstrap(challenge)).outcome).toBe('success')
  })

  test('is asked for, or refused', async () => {
    await expect(open({}, { pins })).rejects.toThrow(
      new ConfigurationInvalid('the card asks for its PIN'),
    )
    await expect(open({ pin: pin('0000') }, { pins })).rejects.toThrow(AuthenticationFailed)
  })

  test('tried wrong again and again, the card keeps its last try', async () => {
    const { reader, send } = await createTestCard({ pins })
    for (let n = 0; n < 5; n++) {
      await expect(openUiccApplication(reader, { pin: pin('0000') })).rejects.toThrow()
    }
    await reader.reset()
    expect(await send('00200001')).toBe('63c1')
  })

  test('is given to a card that does not ask for it before AUTHENTICATE', async () => {
    const { reader, send } = await createTestCard({ pins })
    let isVerified = false
    const late = {
      ...reader,
      async reset() {
        const atr = await reader.reset()
        await send(SELECT_USIM)
        await send('002000010831323334ffffffff')
        return atr
      },
      async transmit(command: Uint8Array) {
        const hex = toHex(command)
        if (hex.startsWith('00200001') && command.length > 4) isVerified = true
        if (hex.startsWith('0088') && !isVerified) return fromHex('6982')
        return reader.transmit(command)
      },
    }
    const card = await openUiccApplication(late, { pin: pin('1234') })
    expect(isVerified).toBe(false)
    expect((await card.bootstrap(challenge)).outcome).toBe('success')
    expect(isVerified).toBe(true)
    const without = await openUiccApplication(late)
    isVerified = false
    await expect(without.bootstrap(challenge)).rejects.toThrow('the card asks for its PIN')
  })

  test('is not used where the card does not ask', async () => {
    const card = await open({ pin: pin('9999') })
    expect(card.application).toBe('USIM')
  })
})

describe('readers', () => {
  test('T=1: every command that has an answer asks for it by Le', async () => {
    const { reader } = await createTestCard()
    const card = await openUiccApplication(createT1Reader(reader))
    expect((await card.bootstrap(challenge)).outcome).toBe('success')
    await card.writeBootstrap({ btid, keyLifetime })
    expect((await card.readBootstrap())?.btid).toBe(btid)
    expect(await card.deriveKsExtNaf(nafId)).toHaveLength(32)
    expect((await card.euKeyOperations?.(nafId).start())?.outcome).toBe('started')
    expect((await card.bootstrap(challenge)).outcome).toBe('sync-failure')
  })

  test('closing the card closes the reader, and so does a card that cannot be used', async () => {
    const reader = createScriptedReader({})
    await expect(openUiccApplication(reader)).rejects.toThrow(Unsupported)
    expect(reader.closed).toBe(true)
    const card = await open()
    await card.close()
    await card.close()
    await expect(card.bootstrap(challenge)).rejects.toThrow(TransportFailed)
  })

  test('pulled in mid-command', async () => {
    const { reader } = await createTestCard()
    let left = 1000
    const failing = {
      ...reader,
      transmit: async (command: Uint8Array) => {
        if (left-- === 0) throw new TransportFailed('the reader is gone')
        return reader.transmit(command)
      },
    }
    const card = await openUiccApplication(failing)
    left = 1
    await expect(card.bootstrap(challenge)).rejects.toThrow('the reader is gone')
    left = 1000
    const again = await openUiccApplication(failing)
    expect((await again.bootstrap(challenge)).outcome).toBe('sync-failure')
  })
})

test('the trace tells the story and no secret', async () => {
  const { events, trace } = createRecordedTrace()
  const card = await open({ trace, clock: createVirtualClock(5), entityName: 'my gateway' })
  await card.bootstrap(challenge)
  await card.writeBootstrap({ btid, keyLifetime })
  await card.deriveKsExtNaf(nafId)
  await card.bootstrap(challenge)
  const told = events.filter(({ message }) => message.startsWith('AUTHENTICATE'))
  expect(told.map(({ from, to, message }) => `${from} > ${to}: ${message}`)).toEqual([
    'my gateway > USIM: AUTHENTICATE GBA bootstrapping',
    'USIM > my gateway: AUTHENTICATE GBA bootstrapping',
    'my gateway > USIM: AUTHENTICATE GBA NAF derivation',
    'USIM > my gateway: AUTHENTICATE GBA NAF derivation',
    'my gateway > USIM: AUTHENTICATE GBA bootstrapping',
    'USIM > my gateway: AUTHENTICATE GBA bootstrapping',
  ])
  expect(told.map(({ fields }) => fields.outcome).filter(Boolean)).toEqual([
    'success',
    'success',
    'synchronisation failure',
  ])
  expect(told[0]?.fields).toEqual({ RAND: toHex(WORKED.rand), AUTN: toHex(WORKED.autnStar) })
  expect(events[0]).toMatchObject({ atMs: 5, from: 'my gateway', to: 'UICC', message: 'SELECT MF' })
  const all = JSON.stringify(events)
  for (const secret of [WORKED.k, WORKED.opc, WORKED.ck, WORKED.ik, WORKED.res, WORKED.resGbaU]) {
    expect(all).not.toContain(toHex(secret.reveal()))
  }
  expect(all).not.toContain('f568a61c')
})
