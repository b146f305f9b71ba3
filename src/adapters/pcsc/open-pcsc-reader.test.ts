import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { UiccReader } from '../../apdu/uicc-reader.ts'
import { ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import { fromHex, toHex } from '../../octets/octets.ts'
import { installFake, SOURCE_FLAGS, setFake } from './fake-smartcard.fixture.ts'
import { openPcscReader } from './open-pcsc-reader.ts'

let uninstall = (): void => {}
beforeAll(() => {
  uninstall = installFake()
})
afterAll(() => uninstall())
afterEach(() => setFake(undefined))

/** The first answer of a process that runs from source may take seconds where all cores are busy. */
const PATIENCE_MS = 15_000
/** Where it is waited for, twice a process is started within it. */
const SHORT_PATIENCE_MS = 7_000

async function withReader(
  name: string,
  run: (reader: UiccReader) => Promise<void>,
  timeoutMs = PATIENCE_MS,
): Promise<void> {
  const reader = await openPcscReader(name, { nodeFlags: SOURCE_FLAGS, timeoutMs })
  try {
    await run(reader)
  } finally {
    await reader.close()
  }
}

test('a reset gives the ATR, a command its answer', () =>
  withReader('Good', async (reader) => {
    expect(reader.name).toBe('pcsc:Good')
    expect(toHex(await reader.reset())).toBe('3b01')
    expect(toHex(await reader.transmit(fromHex('00b0000000')))).toBe('00b00000009000')
  }))

test('any reader', () =>
  withReader('', async (reader) => {
    expect(reader.name).toBe('pcsc')
    expect(toHex(await reader.reset())).toBe('3b01')
  }))

test('closed for good', () =>
  withReader('Good', async (reader) => {
    await reader.reset()
    await reader.close()
    await reader.close()
    await expect(reader.transmit(fromHex('00b0000000'))).rejects.toEqual(
      new TransportFailed('reader pcsc:Good: it is closed'),
    )
    await expect(reader.reset()).rejects.toThrow('it is closed')
  }))

describe('what fails says so in time, and a reset starts anew', () => {
  test.each([
    ['the card is pulled', '00e10000', 'the card was removed'],
    ['the card of a virtual reader is pulled', '00e20000', 'the card was removed'],
    ['a command that blocks for good', '00e30000', 'no answer in 7 s'],
    ['the bindings crash', '00e40000', 'PC/SC broke off'],
    ['no answer', '00e50000', 'no answer in 7 s'],
  ])(
    '%s',
    (_name, command, reason) =>
      withReader(
        'Good',
        async (reader) => {
          await reader.reset()
          await expect(reader.transmit(fromHex(command))).rejects.toEqual(
            new TransportFailed(`reader pcsc:Good: ${reason}`),
          )
          expect(toHex(await reader.reset())).toBe('3b01')
          expect(toHex(await reader.transmit(fromHex('00b0000000')))).toBe('00b00000009000')
        },
        SHORT_PATIENCE_MS,
      ),
    60_000,
  )

  test.each([
    ['Empty', undefined, 'there is no card in it'],
    ['Bad', undefined, 'there is no such reader'],
    ['Busy', undefined, 'another program uses the card'],
    ['Good', 'no-service', 'pcscd is not running'],
    ['Good', 'no-atr', 'the card gave no ATR'],
  ] as const)('%s %s', async (name, how, reason) => {
    setFake(how)
    await withReader(name, async (reader) => {
      await expect(reader.reset()).rejects.toThrow(`reader pcsc:${name}: ${reason}`)
      await expect(reader.reset()).rejects.toThrow(TransportFailed)
    })
  })
})

test('without the bindings: what to install', async () => {
  vi.stubEnv('NODE_PATH', '/nowhere')
  try {
    const opened = openPcscReader('', { nodeFlags: SOURCE_FLAGS })
    await expect(opened).rejects.toThrow(ConfigurationInvalid)
    await expect(opened).rejects.toThrow('npm install smartcard@3.7.0')
  } finally {
    vi.unstubAllEnvs()
  }
})
