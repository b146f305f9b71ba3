/** A card and its operator (HSS and BSF), all real: in place of the fake BSF of a CPNS world. */
import { connectZn } from '../../src/adapters/in-process/zn.ts'
import type { UiccReader } from '../../src/apdu/uicc-reader.ts'
import { createBsf } from '../../src/bsf/create-bsf.ts'
import type { GbaCard } from '../../src/gba/gba-card.ts'
import { WORKED } from '../../src/gba/gba-facts.fixture.ts'
import { formatGuss, type Uss } from '../../src/gba/guss.ts'
import { openUiccApplication } from '../../src/gba/uicc-terminal.ts'
import { createHss } from '../../src/hss/create-hss.ts'
import { UA_ID_CPNS } from '../../src/identity/naf-id.ts'
import { toHex } from '../../src/octets/octets.ts'
import { createGbaCredentials, type GbaCredentials } from '../../src/pn-gw/gba-credentials.ts'
import { createTestCard } from '../../src/uicc/uicc.fixture.ts'
import { type CpnsWorld, NAF_FQDN } from './cpns-world.ts'
import { createMemoryBsfStore } from './memory-bsf-store.ts'
import { createMemoryHssStore } from './memory-hss-store.ts'
import { createSeededRandom } from './seeded-random.ts'

/** One subscriber with a card. */
export interface GbaSide {
  readonly card: GbaCard
  readonly credentials: GbaCredentials
  /** Every APDU, hex: commands and responses as they crossed the reader. */
  readonly apdus: string[]
  /** The reader, past the terminal: what anybody could send who has hold of it. */
  readonly transmit: UiccReader['transmit']
}

/** How the subscriber differs from one with our own card and no settings. */
export interface GbaSideChange {
  readonly ussList?: readonly Uss[]
  /** What the GUSS says of the card; default `GBA_U`. */
  readonly uiccType?: 'GBA' | 'GBA_U'
  /** Life of Ks; default a day. */
  readonly keyLifetimeSeconds?: number
  /** How long before its end an EUKey is made anew. */
  readonly aheadMs?: number
  /** Fields of the card's profile. */
  readonly profile?: Record<string, unknown>
  /** A card that answers otherwise; `undefined` leaves it to ours. */
  readonly answer?: (command: string) => Uint8Array | undefined
}

const ORIGIN_HOST = 'cpns.example.org'

/** Puts the operator behind the world's Zn. */
export async function createGbaSide(
  world: CpnsWorld,
  change: GbaSideChange = {},
): Promise<GbaSide> {
  const { ussList = [], uiccType = 'GBA_U', profile, answer, aheadMs = 0 } = change
  const { keyLifetimeSeconds = 86_400 } = change
  const { clock } = world
  const trace = (item: CpnsWorld['traced'][number]) => void world.traced.push(item)
  const hssStore = createMemoryHssStore()
  await hssStore.addSubscriber({
    impi: WORKED.impi,
    algorithm: 'milenage',
    subscriberKey: WORKED.k,
    operatorVariant: WORKED.opc,
    amf: WORKED.amf,
    guss: formatGuss({ uiccType, ussList }),
  })
  const hssPorts = { store: hssStore, clock, random: createSeededRandom('hss') }
  const bsf = createBsf(
    {
      bsfName: WORKED.bsfName,
      nafs: [{ originHost: ORIGIN_HOST, fqdns: [NAF_FQDN] }],
      keyLifetimeSeconds,
    },
    {
      zh: createHss({ nodeName: 'hss' }, hssPorts),
      store: createMemoryBsfStore(),
      clock,
      random: createSeededRandom('bsf'),
      trace,
    },
  )
  Object.assign(world.zn, connectZn(bsf, { originHost: ORIGIN_HOST, trace, clock }))

  const apdus: string[] = []
  const { reader } = await createTestCard(profile)
  const watched: UiccReader = {
    ...reader,
    async transmit(command) {
      const response = answer?.(toHex(command)) ?? (await reader.transmit(command))
      apdus.push(toHex(command), toHex(response))
      return response
    },
  }
  const card = await openUiccApplication(watched, { trace, clock })
  const ub = {
    exchange: (request: Parameters<typeof bsf.handleUb>[0]) =>
      bsf.handleUb(request, { remoteAddress: '192.0.2.1' }),
  }
  const credentials = createGbaCredentials(
    { nafId: { nafFqdn: NAF_FQDN, uaId: UA_ID_CPNS }, entityName: 'PN GW', aheadMs },
    { card, ub, clock, random: createSeededRandom('pn gw'), trace },
  )
  return { card, credentials, apdus, transmit: (command) => reader.transmit(command) }
}
