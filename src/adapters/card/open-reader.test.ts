import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runUiccReaderContract } from '../../../test/contracts/uicc-reader.contract.ts'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { ConfigurationInvalid, StoreFailed } from '../../errors/errors.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import { fromHex, toHex } from '../../octets/octets.ts'
import { formatCardProfile } from '../../uicc/card-profile.ts'
import { challengesFor, SELECT_USIM, testProfile } from '../../uicc/uicc.fixture.ts'
import { writeNewCardProfile } from './card-profile-file.ts'
import { openReader } from './open-reader.ts'

const folder = mkdtempSync(join(tmpdir(), 'cpns-reader-'))
const random = createSeededRandom('reader')
let cards = 0

async function newCard(): Promise<string> {
  const file = join(folder, `card-${cards++}.json`)
  await writeNewCardProfile(file, testProfile())
  return file
}

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

runUiccReaderContract('software:FILE', async () =>
  openReader(`software:${await newCard()}`, random),
)

describe('software:FILE', () => {
  test('keeps its state beside the profile', async () => {
    const file = await newCard()
    const send = async (hex: string) => {
      const reader = await openReader(`software:${file}`, random)
      expect(reader.name).toBe(`software:${file}`)
      await reader.reset()
      await reader.transmit(fromHex(SELECT_USIM))
      const answer = toHex(await reader.transmit(fromHex(hex)))
      await reader.close()
      return answer
    }
    const { gba } = challengesFor(WORKED.sqn)
    expect(await send(gba)).toBe('610a')
    expect(await send(gba)).toBe('6110')
    expect(readdirSync(folder)).toContain(`${file.slice(folder.length + 1)}.state`)
  })

  test('a card whose profile got other keys does not start', async () => {
    const file = await newCard()
    const reader = await openReader(`software:${file}`, random)
    await reader.reset()
    await reader.transmit(fromHex(SELECT_USIM))
    await reader.transmit(fromHex(challengesFor(WORKED.sqn).gba))
    const authentication = { algorithm: 'milenage', k: '00'.repeat(16), opc: '00'.repeat(16) }
    writeFileSync(file, formatCardProfile(testProfile({ authentication })))
    await expect((await openReader(`software:${file}`, random)).reset()).rejects.toThrow(
      StoreFailed,
    )
  })
})

test.each(['software:', 'software:/nowhere/usim.json', 'pcsc:', 'pcscd', 'usim.json', ''])(
  'no reader %j',
  async (name) => {
    await expect(openReader(name, random)).rejects.toThrow(ConfigurationInvalid)
  },
)
