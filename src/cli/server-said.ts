/** What `cpns server serve` says when it is ready: who it is, where it is reached, and which BSFs it asks. */
import { formatHostPort, type HostPort } from './host-port.ts'
import type { Said } from './say.ts'

/** Who it is and where. */
export function serverSaid(server: {
  readonly entityId: string
  readonly nafFqdn: string
  readonly url: string
  readonly pin: string
  readonly pskUrl?: string | undefined
  readonly apiUrl: string | undefined
}): Said {
  const { entityId, nafFqdn, url, pin, pskUrl, apiUrl } = server
  return {
    fields: { entityId, nafFqdn, cpns2: url, pin, psk: pskUrl, api: apiUrl },
    lines: [
      `CPNS Server ${entityId}, NAF ${nafFqdn}`,
      `CPNS-2  ${url}`,
      `pin     ${pin}`,
      ...(pskUrl === undefined ? [] : [`PSK-TLS ${pskUrl}`]),
      ...(apiUrl === undefined ? [] : [`API     ${apiUrl}`]),
    ],
  }
}

/** A BSF that it asks. */
export type AskedBsf =
  | { readonly bsfName: string; readonly target: HostPort }
  | { readonly bsfName: string; readonly url: string; readonly isWebService: boolean }

/** The BSFs, by the domain of their B-TIDs. */
export function bsfsSaid(given: readonly AskedBsf[]): Said {
  const bsfs = given.map((bsf) => {
    const { bsfName } = bsf
    if ('target' in bsf) return { bsfName, address: formatHostPort(bsf.target), form: 'Diameter' }
    return { bsfName, address: bsf.url, form: bsf.isWebService ? 'web service' : 'HTTP/2' }
  })
  const lines = bsfs.map(
    ({ bsfName, address, form }) => `BSF     ${bsfName} at ${address} (${form})`,
  )
  return { fields: { bsfs }, lines }
}
