import { describe, expect, test } from 'vitest'
import { parseFqdn } from '../identity/fqdn.ts'
import { encodeNafId, type NafId } from '../identity/naf-id.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { deriveKsExtNaf, ksOf } from './ks-naf.ts'
import { createTmpiMemory } from './tmpi-memory.ts'

const { bsfName, rand, impi } = WORKED
const deriveKsNaf = async (nafId: NafId) =>
  deriveKsExtNaf(ksOf(WORKED), { rand, impi, nafId: encodeNafId(nafId) })

describe('the TMPI that a UE remembers', () => {
  test('GBA facts 14: made of the Ks_ext_NAF of the BSF, as a card gives it', async () => {
    const memory = createTmpiMemory()
    expect(await memory.recall(bsfName)).toBeUndefined()
    memory.learn({ bsfName, deriveKsNaf })
    expect(await memory.recall(bsfName)).toBe(WORKED.tmpi)
    expect(await memory.recall(bsfName)).toBe(WORKED.tmpi)
    memory.forget()
    expect(await memory.recall(bsfName)).toBeUndefined()
  })

  test('is for the BSF that gave it', async () => {
    const memory = createTmpiMemory()
    memory.learn({ bsfName, deriveKsNaf })
    expect(await memory.recall(parseFqdn('bsf.other.org'))).toBeUndefined()
  })

  test('is gone with the Ks in the card', async () => {
    const memory = createTmpiMemory()
    memory.learn({ bsfName, deriveKsNaf: async () => undefined })
    expect(await memory.recall(bsfName)).toBeUndefined()
  })
})
