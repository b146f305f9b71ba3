import { expect, test } from 'vitest'
import { createMilenage } from '../aka/milenage.ts'
import { decodeEfGbabp } from '../apdu/ef-gbabp.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import type { Turn } from './card.ts'
import { createFileSystem } from './card-file-system.ts'
import { gbaFileOf, recoverAutn } from './gba-bootstrapping.ts'
import {
  challengesFor,
  createTestCard,
  SELECT_ISIM,
  SELECT_USIM,
  testProfile,
} from './uicc.fixture.ts'

test('AUTN comes back out of AUTN*', () => {
  const functions = createMilenage({ k: WORKED.k, opc: WORKED.opc })
  const autn = recoverAutn(functions, { rand: WORKED.rand, autn: WORKED.autnStar })
  expect(toHex(autn as Uint8Array)).toBe(toHex(WORKED.autn))
})

test.each([
  ['USIM', SELECT_USIM, '6fd6'],
  ['ISIM', SELECT_ISIM, '6fd5'],
])(
  'a run writes RAND to EF_GBABP of the %s and takes B-TID and lifetime away',
  async (_name, select, id) => {
    const card = await createTestCard()
    const read = async () => {
      await card.send(`00a4000c02${id}`)
      return decodeEfGbabp(fromHex((await card.send('00b00000ff')).slice(0, -4)))
    }
    await card.send(select)
    expect((await read()).rand).toHaveLength(0)
    await card.send(challengesFor(WORKED.sqn).gba)
    expect(await read()).toEqual({ rand: WORKED.rand, btid: '', keyLifetime: '' })
    expect(await card.send('00d60011050361406201')).toBe('9000')
    const other = new Uint8Array(16).fill(7)
    await card.send(challengesFor(0xc0n, other).gba)
    expect(await read()).toEqual({ rand: other, btid: '', keyLifetime: '' })
  },
)

test('Ks is not in what a terminal can read, and not in clear in the store', async () => {
  const card = await createTestCard()
  await card.send(SELECT_USIM)
  await card.send(challengesFor(WORKED.sqn).gba)
  const stored = toHex(card.state.stored as Uint8Array)
  for (const secret of [WORKED.ck, WORKED.ik, WORKED.k, WORKED.opc]) {
    expect(stored).not.toContain(toHex(secret.reveal()))
    expect(stored).not.toContain(Buffer.from(toHex(secret.reveal())).toString('hex'))
  }
})

test('an application without GBA has no such files', () => {
  const applications = [{ application: 'USIM', imsi: '001010123456789', mncLength: 2, gba: false }]
  const files = createFileSystem(testProfile({ applications }))
  expect(() => gbaFileOf({ card: { files } } as unknown as Turn, 'USIM', 'gbabp')).toThrow(
    TypeError,
  )
})
