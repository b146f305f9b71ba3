/** What two peers tell each other first, and what they have in common. RFC 6733 5.3 */
import { APPLICATION_RELAY, VENDOR_3GPP } from './base-avps.ts'
import type { CapabilitiesExchangeAnswer, CapabilitiesExchangeRequest } from './base-commands.ts'
import { DiameterFailure } from './diameter-failure.ts'
import type { DiameterAddress } from './value-types.ts'

/** A node, as it presents itself. */
export interface NodeDescription {
  readonly originHost: string
  readonly originRealm: string
  readonly productName: string
  readonly originStateId: number
  /** Applications of 3GPP. */
  readonly applicationIds: readonly number[]
  /** Of the connection; at least one. */
  readonly hostIpAddresses: readonly DiameterAddress[]
}

/** A peer, as far as it concerns this node. */
export interface PeerDescription {
  readonly originHost: string
  readonly originRealm: string
  readonly productName: string
  /** Applications that both speak. */
  readonly applicationIds: readonly number[]
}

type Capabilities = CapabilitiesExchangeRequest | CapabilitiesExchangeAnswer

/** Our half of a capabilities exchange; Auth-Application-Ids stand in their vendor's. RFC 6733 5.3.1 */
export function describeCapabilities(node: NodeDescription): CapabilitiesExchangeRequest {
  return {
    originHost: node.originHost,
    originRealm: node.originRealm,
    hostIpAddresses: node.hostIpAddresses,
    vendorId: 0,
    productName: node.productName,
    originStateId: node.originStateId,
    supportedVendorIds: [VENDOR_3GPP],
    authApplicationIds: [],
    inbandSecurityIds: [],
    acctApplicationIds: [],
    vendorSpecificApplicationIds: node.applicationIds.map((authApplicationId) => ({
      vendorId: VENDOR_3GPP,
      authApplicationId,
    })),
  }
}

/**
 * The peer and what can be done with it. A relay agent speaks every application, and may say so as one of
 * accounting alone. RFC 6733 2.4, 5.3, 6.10
 *
 * @throws {DiameterFailure} 5010 without a common application, 5017 if it wants security of the former kind.
 */
export function negotiate(
  own: Pick<NodeDescription, 'applicationIds'>,
  theirs: Capabilities,
): PeerDescription {
  const spoken = new Set([
    ...theirs.authApplicationIds,
    ...theirs.vendorSpecificApplicationIds.map((application) => application.authApplicationId),
  ])
  const isRelay = [...spoken, ...theirs.acctApplicationIds].includes(APPLICATION_RELAY)
  const applicationIds = own.applicationIds.filter((id) => isRelay || spoken.has(id))
  if (applicationIds.length === 0) {
    const what = { reason: 'no common application', field: 'Auth-Application-Id' }
    throw new DiameterFailure('DIAMETER_NO_COMMON_APPLICATION', what)
  }
  const { inbandSecurityIds, originHost, originRealm, productName = '' } = theirs
  if (inbandSecurityIds.length > 0 && !inbandSecurityIds.includes(0)) {
    const what = { reason: 'no common security', field: 'Inband-Security-Id' }
    throw new DiameterFailure('DIAMETER_NO_COMMON_SECURITY', what)
  }
  return { originHost, originRealm, productName, applicationIds }
}

/** Names of nodes and realms are equal without case. RFC 6733 4.3.1 */
export function isSameIdentity(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
