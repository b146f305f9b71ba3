/** Addresses as the platform writes them, and what each is counted as where it may do only so much. */

/** An IPv4 address written as one of IPv6. RFC 4291 2.5.5.2 */
const MAPPED = /^::ffff:(?=[\d.]+$)/i
const IPV6 = /^[\da-f:.]*:[\da-f:.]*(?:%.*)?$/i
/** IPv4 addresses behind a translator: each is one of its own. RFC 6052 2.1 */
const TRANSLATED = /^64:ff9b:/i
const GROUPS = 8
/** Of the prefix that a network has at least. */
const NETWORK_GROUPS = 4

/** An IPv4 address as one, also where a socket of IPv6 tells it; others as they are. */
export function plainAddress(address: string): string {
  return address.replace(MAPPED, '')
}

/** A link-local address of IPv6 without its zone, which is a name of this machine. */
export function withoutZone(address: string): string {
  return address.replace(/%.*$/, '')
}

/**
 * An IPv4 address counts by itself. Whoever has one IPv6 address has a network of 2^64 of them at least
 * (RFC 6177 2), so that network counts: else one host would be as many as it likes.
 *
 * @param address As the platform writes it; what is none counts as it is.
 * @returns For instance `192.0.2.1`, or `2001:db8:0:1::/64`.
 */
export function addressGroup(address: string): string {
  const plain = plainAddress(address)
  if (!IPV6.test(plain) || TRANSLATED.test(plain)) return plain
  const [head = [], tail = []] = withoutZone(plain)
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const gap = Array<string>(Math.max(0, GROUPS - head.length - tail.length)).fill('0')
  return `${[...head, ...gap, ...tail].slice(0, NETWORK_GROUPS).join(':')}::/64`
}
