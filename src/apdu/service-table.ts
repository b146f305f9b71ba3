/** Service tables: EF_UST of a USIM, EF_IST of an ISIM; bit n - 1 says that service n is available. TS 31.102 4.2.8, TS 31.103 4.2.7 */

/** Services of EF_UST that this project looks at. TS 31.102 4.2.8 */
export const UST_SERVICE = { gsmAccess: 27, gsmSecurityContext: 38, gba: 68 } as const

/** Services of EF_IST that this project looks at. From memory (90 %): TS 31.103 4.2.7 */
export const IST_SERVICE = { gba: 2 } as const

/** A table in which exactly these services are available. @param length Octets of the file. */
export function encodeServiceTable(services: readonly number[], length: number): Uint8Array {
  const table = new Uint8Array(length)
  for (const service of services) {
    const index = (service - 1) >> 3
    if (service < 1 || index >= length) throw new RangeError(`no room for service ${service}`)
    table[index] = (table[index] as number) | (1 << ((service - 1) & 7))
  }
  return table
}

/** Whether the table has service `service` (from 1); a short table has none beyond its end. */
export function hasService(table: Uint8Array, service: number): boolean {
  return (((table[(service - 1) >> 3] ?? 0) >> ((service - 1) & 7)) & 1) === 1
}
