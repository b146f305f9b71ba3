import { describe, expect, test } from 'vitest'
import { runZnContract } from '../../../test/contracts/zn.contract.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { Secret } from '../../crypto/secret.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import type { ZnAnswer, ZnRequest } from '../../gba/zn.ts'
import { parseBtid } from '../../identity/btid.ts'
import { UA_ID_CPNS } from '../../identity/naf-id.ts'
import { toHex } from '../../octets/octets.ts'
import type { TraceItem } from '../../trace/trace.ts'
import { connectZn } from './zn.ts'

const REQUEST: ZnRequest = {
  btid: parseBtid(WORKED.btid),
  nafId: { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS },
  gsids: [7, 8],
  gbaUAware: true,
}
const KEY = Secret.of(new Uint8Array(32).fill(0xab))
const SUCCESS: ZnAnswer = {
  outcome: 'success',
  impi: WORKED.impi,
  meKeyMaterial: KEY,
  uiccKeyMaterial: KEY,
  keyExpiresAtMs: Date.UTC(2026, 0, 2),
  bootstrappedAtMs: Date.UTC(2026, 0, 1),
}

async function exchange(request: ZnRequest, answer: ZnAnswer) {
  const items: TraceItem[] = []
  const asked: unknown[] = []
  const bsf = {
    async bootstrappingInfo(...question: unknown[]) {
      asked.push(question)
      return answer
    },
  }
  const trace = (item: TraceItem) => items.push(item)
  const zn = connectZn(bsf, { originHost: 'naf.example', trace, clock: createVirtualClock() })
  const answered = await zn.requestBootstrappingInfo(request)
  return { items, asked, answered }
}

describe('Zn in one process', () => {
  test('the NAF is named, request and answer pass unchanged, keys are not traced', async () => {
    const { items, asked, answered } = await exchange(REQUEST, SUCCESS)
    expect(asked).toEqual([[{ originHost: 'naf.example' }, REQUEST]])
    expect(answered).toBe(SUCCESS)
    expect(items).toHaveLength(4)
    expect(items[0]).toMatchObject({
      point: 'Zn',
      from: 'CPNS Server',
      to: 'BSF',
      message: 'Bootstrapping-Info-Request',
      fields: {
        'B-TID': WORKED.btid,
        'NAF FQDN': WORKED.nafFqdn,
        'Ua id': UA_ID_CPNS,
        'GBA_U-Awareness': 'YES',
        GSIDs: '7 8',
      },
    })
    expect(items[2]).toMatchObject({
      from: 'BSF',
      message: 'Bootstrapping-Info-Answer',
      fields: {
        outcome: 'success',
        'UICC-Key-Material': 'present',
        'Key-ExpiryTime': '2026-01-02T00:00:00.000Z',
      },
    })
    expect(JSON.stringify(items)).not.toContain(toHex(KEY.reveal()))
  })

  test('without the optional parts, and with another outcome', async () => {
    const { uiccKeyMaterial: _, ...success } = SUCCESS
    const { items } = await exchange({ ...REQUEST, gsids: [], gbaUAware: false }, success)
    expect(items[0]).toMatchObject({ fields: { 'GBA_U-Awareness': 'NO' } })
    expect(items[0]).not.toHaveProperty('fields.GSIDs')
    expect(items[2]).toMatchObject({ fields: { 'UICC-Key-Material': 'absent' } })
    const refused = await exchange(REQUEST, { outcome: 'not-authorized' })
    expect(refused.items[2]).toMatchObject({ fields: { outcome: 'not-authorized' } })
  })
})

runZnContract('in one process', {
  remote: false,
  async connect(bsf, { originHost }) {
    const trace = () => {}
    const zn = connectZn(bsf, { originHost, trace, clock: createVirtualClock() })
    return { zn, close: async () => {} }
  },
})
