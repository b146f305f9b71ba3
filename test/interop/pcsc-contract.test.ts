/**
 * The `UiccReader` contract over pcscd: with our card in the virtual reader, and on a real reader if
 * CPNS_PCSC_READER names one (`""` is any). Then what must not hang: a card pulled, frozen, a pcscd stopped.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeNewCardProfile } from '../../src/adapters/card/card-profile-file.ts'
import { openPcscReader } from '../../src/adapters/pcsc/open-pcsc-reader.ts'
import { decodeResponse } from '../../src/apdu/response-apdu.ts'
import { TransportFailed } from '../../src/errors/errors.ts'
import { openUiccApplication } from '../../src/gba/uicc-terminal.ts'
import { fromHex, toHex } from '../../src/octets/octets.ts'
import { challengesFor, SELECT_USIM, testProfile } from '../../src/uicc/uicc.fixture.ts'
import { runUiccReaderContract } from '../contracts/uicc-reader.contract.ts'
import { findSmartcardPackage } from '../support/smartcard-package.ts'
import { findVirtualReader, READER_NAME, type VirtualReader } from '../support/virtual-reader.ts'

const startReader = findVirtualReader()
const modules = startReader && findSmartcardPackage()
const NODE_FLAGS = ['--import', 'tsx']
const open = (timeoutMs = 10_000) => {
  return openPcscReader(READER_NAME, { nodeFlags: NODE_FLAGS, timeoutMs })
}

let folder: string
let reader: VirtualReader
let cards = 0

async function newCard(): Promise<string> {
  const file = join(folder, `usim-${cards++}.json`)
  await writeNewCardProfile(file, testProfile())
  return file
}

beforeAll(async () => {
  if (startReader === undefined || modules === undefined) return
  folder = mkdtempSync(join(tmpdir(), 'cpns-pcsc-'))
  process.env.NODE_PATH = modules
  reader = await startReader()
  Object.assign(process.env, reader.environment)
})
afterAll(async () => {
  await reader?.close()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(modules === undefined)('our card through vpcd and pcscd', () => {
  let pull: () => Promise<void>
  beforeAll(async () => {
    const card = await reader.insert(await newCard())
    pull = () => card.pull()
  })
  afterAll(() => pull())

  runUiccReaderContract(`pcsc:${READER_NAME}`, () => open())

  test('authenticates, and keeps its SQN when the power goes', async () => {
    const { gba } = challengesFor(1n << 5n)
    const authenticate = async () => {
      const one = await open()
      await one.reset()
      await one.transmit(fromHex(SELECT_USIM))
      const { sw } = decodeResponse(await one.transmit(fromHex(gba)))
      await one.close()
      return sw
    }
    expect(await authenticate()).toBe(0x610a)
    expect(await authenticate()).toBe(0x6110)
  })

  test('two at a time: the second one is told', async () => {
    const first = await open()
    await first.reset()
    const second = await open()
    await expect(second.reset()).rejects.toThrow('another program uses the card')
    await first.close()
    expect(toHex(await second.reset())).toMatch(/^3b9f/)
    await second.close()
  })
})

describe.skipIf(modules === undefined)('what goes away', () => {
  test('the card, during a bootstrapping; the next one is taken after a reset', async () => {
    const file = await newCard()
    const first = await reader.insert(file)
    const one = await open()
    const application = await openUiccApplication(one, { application: 'USIM' })
    await first.pull()
    const { vector } = challengesFor(1n << 5n)
    await expect(application.bootstrap(vector)).rejects.toThrow(TransportFailed)
    await expect(one.reset()).rejects.toThrow('there is no card in it')
    const second = await reader.insert(file)
    expect(toHex(await one.reset())).toMatch(/^3b9f/)
    await one.close()
    await second.pull()
  })

  test('a card that freezes in the middle of a command: an error in time', async () => {
    const card = await reader.insert(await newCard())
    const one = await open(2_000)
    await one.reset()
    card.freeze()
    const began = performance.now()
    await expect(one.transmit(fromHex('00a40004023f00'))).rejects.toThrow('no answer in 2 s')
    await one.close()
    expect(performance.now() - began).toBeLessThan(8_000)
    await card.pull()
  })

  test('the card, in the middle of a command', async () => {
    const card = await reader.insert(await newCard())
    const one = await open()
    await one.reset()
    card.freeze()
    const answer = one.transmit(fromHex('00a40004023f00'))
    await Promise.all([
      expect(answer).rejects.toThrow(`reader pcsc:${READER_NAME}: the card was removed`),
      sleep(300).then(() => card.pull()),
    ])
    await one.close()
  })

  test('pcscd', async () => {
    await reader.insert(await newCard())
    const one = await open()
    await one.reset()
    await reader.stopPcscd()
    await expect(one.transmit(fromHex('00a40004023f00'))).rejects.toThrow(TransportFailed)
    await expect(one.reset()).rejects.toThrow('pcscd is not running')
    await one.close()
  })
})

const real = process.env.CPNS_PCSC_READER
describe.skipIf(real === undefined)('a real reader, with a USIM in it', () => {
  let before: string | undefined
  beforeAll(() => {
    before = process.env.PCSCLITE_CSOCK_NAME
    delete process.env.PCSCLITE_CSOCK_NAME
  })
  afterAll(() => {
    if (before !== undefined) process.env.PCSCLITE_CSOCK_NAME = before
  })
  runUiccReaderContract(`pcsc:${real}`, () => openPcscReader(real ?? '', { nodeFlags: NODE_FLAGS }))

  test('has an application that says who its user is', async () => {
    const one = await openPcscReader(real ?? '', { nodeFlags: NODE_FLAGS })
    const application = await openUiccApplication(one)
    expect(application.impi).toContain('@')
    await application.close()
  })
})
