/** IP addresses as octets, as a certificate names them. RFC 5280 4.2.1.6 */
import { isIPv4, isIPv6 } from 'node:net'
import { uint16 } from '../../octets/octets.ts'

/** 4 or 16 octets. @throws {RangeError} If the text is no IP address, or one with a zone. */
export function ipOctets(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.'), Number)
  if (!isIPv6(address) || address.includes('%')) throw new RangeError(`${address} is no IP address`)
  // The platform's URL writes any form of an address as hex groups, with "::" for the longest gap.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = [], tail = []] = canonical
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const gap = Array<string>(8 - head.length - tail.length).fill('0')
  const groups = [...head, ...gap, ...tail].map((group) => Number.parseInt(group, 16))
  return Uint8Array.from(groups.flatMap((group) => [...uint16(group)]))
}
