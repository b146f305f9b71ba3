import { describe, expect, test } from 'vitest'
import { runZhContract } from '../../../test/contracts/zh.contract.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import type { ZhAnswer, ZhRequest } from '../../gba/zh.ts'
import { toBase64, toHex } from '../../octets/octets.ts'
import type { TraceItem } from '../../trace/trace.ts'
import { connectZh } from './zh.ts'

async function exchange(request: ZhRequest, answer: ZhAnswer) {
  const items: TraceItem[] = []
  const asked: ZhRequest[] = []
  const hss = {
    async requestVector(request: ZhRequest) {
      asked.push(request)
      return answer
    },
  }
  const trace = (item: TraceItem) => items.push(item)
  const zh = connectZh(hss, { trace, clock: createVirtualClock() })
  const answered = await zh.requestVector(request)
  return { items, asked, answered }
}

const { rand, autn, ck, ik, res: xres } = WORKED
const SUCCESS: ZhAnswer = {
  outcome: 'success',
  impi: WORKED.impi,
  vector: { rand, autn, xres, ck, ik },
}

describe('Zh in one process', () => {
  test('request and answer pass unchanged, and are traced without XRES, CK and IK', async () => {
    const request = { impi: WORKED.impi, resynchronization: { rand, auts: WORKED.auts } }
    const { items, asked, answered } = await exchange(request, SUCCESS)
    expect(asked).toEqual([request])
    expect(answered).toBe(SUCCESS)
    expect(items).toHaveLength(4)
    expect(items[0]).toMatchObject({
      point: 'Zh',
      from: 'BSF',
      to: 'HSS',
      message: 'Multimedia-Auth-Request',
      fields: { 'User-Name': WORKED.impi, RAND: toHex(rand), AUTS: toHex(WORKED.auts) },
    })
    expect(items[2]).toMatchObject({
      from: 'HSS',
      message: 'Multimedia-Auth-Answer',
      fields: { outcome: 'success', RAND: toHex(rand), 'GBA-UserSecSettings': 'absent' },
    })
    const text = JSON.stringify(items)
    for (const secret of [xres, ck, ik]) {
      expect(text).not.toContain(toHex(secret.reveal()))
      expect(text).not.toContain(toBase64(secret.reveal()))
    }
  })

  test('a GUSS is said to be there, another outcome is named', async () => {
    const { items } = await exchange({ impi: WORKED.impi }, { ...SUCCESS, guss: '<guss/>' })
    expect(items[0]).toMatchObject({ fields: { 'User-Name': WORKED.impi } })
    expect(items[2]).toMatchObject({ fields: { 'GBA-UserSecSettings': 'present' } })
    const unknown = await exchange({ impi: WORKED.impi }, { outcome: 'identity-unknown' })
    expect(unknown.items[2]).toMatchObject({ fields: { outcome: 'identity-unknown' } })
  })
})

runZhContract('in one process', {
  remote: false,
  async connect(hss) {
    const trace = () => {}
    const zh = connectZh(hss, { trace, clock: createVirtualClock() })
    return { zh, close: async () => {} }
  },
})
