/** Nodes of Zh and Zn for interop tests: a real HSS and a real BSF, with one subscriber of the worked example. */
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import type { BootstrappingSession } from '../../src/bsf/bsf-store.ts'
import { createBsf } from '../../src/bsf/create-bsf.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { WORKED } from '../../src/gba/gba-facts.fixture.ts'
import { formatGuss } from '../../src/gba/guss.ts'
import type { Zh } from '../../src/gba/zh.ts'
import type { ZnRequest } from '../../src/gba/zn.ts'
import { createHss } from '../../src/hss/create-hss.ts'
import { parseBtid } from '../../src/identity/btid.ts'
import { parseFqdn } from '../../src/identity/fqdn.ts'
import { UA_ID_CPNS } from '../../src/identity/naf-id.ts'
import { concatOctets } from '../../src/octets/octets.ts'
import { createMemoryBsfStore } from './memory-bsf-store.ts'
import { createMemoryHssStore } from './memory-hss-store.ts'
import { createSeededRandom } from './seeded-random.ts'

/** GSID of the service in the subscriber's GUSS. */
export const GSID = 1_000_001
const GUSS = formatGuss({
  uiccType: 'GBA_U',
  ussList: [{ gsid: GSID, type: 0, uids: ['alice'], flags: [1] }],
})

/** The request that the NAF may make. */
export const ZN_REQUEST: ZnRequest = {
  btid: parseBtid(WORKED.btid),
  nafId: { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS },
  gsids: [GSID],
  gbaUAware: true,
}
/** The same for a name that the NAF may not use. */
export const ZN_REQUEST_REFUSED: ZnRequest = {
  ...ZN_REQUEST,
  nafId: { ...ZN_REQUEST.nafId, nafFqdn: parseFqdn('elsewhere.example.org') },
}
/** The same for a B-TID that nobody has. */
export const ZN_REQUEST_UNKNOWN: ZnRequest = {
  ...ZN_REQUEST,
  btid: parseBtid(`AAAAAAAAAAAAAAAAAAAAAA==@${WORKED.bsfName}`),
}

/** An HSS that knows the worked subscriber. */
export async function startHss(): Promise<Zh> {
  const store = createMemoryHssStore()
  await store.addSubscriber({
    impi: WORKED.impi,
    algorithm: 'milenage',
    subscriberKey: WORKED.k,
    operatorVariant: WORKED.opc,
    amf: WORKED.amf,
    guss: GUSS,
  })
  return createHss(
    { nodeName: 'hss' },
    { store, clock: systemClock, random: createSeededRandom('hss') },
  )
}

/** A BSF that has bootstrapped it. @param originHost Of the one NAF. */
export async function startBsf(originHost: string) {
  const store = createMemoryBsfStore()
  const createdAtMs = Math.floor(systemClock.nowMs() / 1000) * 1000
  const session: BootstrappingSession = {
    btid: ZN_REQUEST.btid,
    impi: WORKED.impi,
    rand: WORKED.rand,
    ks: Secret.of(concatOctets(WORKED.ck.reveal(), WORKED.ik.reveal())),
    gbaType: 'GBA_U',
    createdAtMs,
    expiresAtMs: createdAtMs + 86_400_000,
    guss: GUSS,
  }
  await store.completeBootstrapping(session, { rand: WORKED.rand, forgetAfterMs: createdAtMs })
  return createBsf(
    { bsfName: WORKED.bsfName, nafs: [{ originHost, fqdns: [WORKED.nafFqdn] }] },
    {
      zh: { requestVector: async () => ({ outcome: 'unavailable' }) },
      store,
      clock: systemClock,
      random: createSeededRandom('bsf'),
    },
  )
}
