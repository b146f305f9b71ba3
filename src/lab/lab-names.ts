/** Who is who in the lab: fixed identities, so that a second start with the same folder goes on. */
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { bsfNameOfImsi, impiOfImsi, type MncLength, parseImsi } from '../identity/imsi.ts'
import { type NafId, UA_ID_CPNS } from '../identity/naf-id.ts'

/** Digits of the MNC in the lab's IMSIs. */
export const MNC_LENGTH: MncLength = 2
/** Subscriber of the PN GW. */
export const IMSI = parseImsi('001010123456789')
/** IMPI of that subscriber. */
export const IMPI = impiOfImsi(IMSI, MNC_LENGTH)
/** Another honest subscriber, who claims an EntityID that is not his. */
export const OTHER_IMSI = parseImsi('001010123456790')
/** IMPI of the other subscriber. */
export const OTHER_IMPI = impiOfImsi(OTHER_IMSI, MNC_LENGTH)
/** The home network's BSF. */
export const BSF_NAME = bsfNameOfImsi(IMSI, MNC_LENGTH)
/** Name of the home network's HSS in Diameter. */
export const HSS_NAME = parseFqdn('hss.ims.mnc001.mcc001.3gppnetwork.org')
/** Its realm: the home network domain. TS 23.003 13.2 */
export const HSS_REALM = parseFqdn('ims.mnc001.mcc001.3gppnetwork.org')
/** NAF_Id of the CPNS Server. Design 4 */
export const NAF_ID: NafId = { nafFqdn: parseFqdn('cpns.example.org'), uaId: UA_ID_CPNS }
/** Name of the CPNS Server on Zn. */
export const NAF_ORIGIN_HOST = 'cpns.example.org'
/** The application that answers. */
export const ECHO_SERVICE = 'echo'

/** EntityIDs. */
export const ENTITIES = {
  server: parseEntityId('urn:uuid:6d0f8f3a-30c5-4c1e-9a5f-6b1f6e0c7a01'),
  gateway: parseEntityId('urn:uuid:6d0f8f3a-30c5-4c1e-9a5f-6b1f6e0c7a02'),
  watch: parseEntityId('urn:uuid:6d0f8f3a-30c5-4c1e-9a5f-6b1f6e0c7a03'),
  car: parseEntityId('urn:uuid:6d0f8f3a-30c5-4c1e-9a5f-6b1f6e0c7a04'),
  home: parseEntityId('urn:uuid:6d0f8f3a-30c5-4c1e-9a5f-6b1f6e0c7a05'),
} as const

const NAMES: ReadonlyMap<string, string> = new Map([
  [ENTITIES.server, 'CPNS Server'],
  [ENTITIES.gateway, 'PN GW'],
  [ENTITIES.watch, 'PNE watch'],
  [ENTITIES.car, 'PNE car'],
  [ENTITIES.home, 'PN GW home'],
])

/** What an entity is called in the ladder. */
export function nameOf(entity: string): string {
  return NAMES.get(entity) ?? entity
}

/** The PNEs, by short name. */
export type PneName = 'watch' | 'car'

/** EntityID of a PNE. */
export function pneEntityId(name: PneName): EntityId {
  return ENTITIES[name]
}
