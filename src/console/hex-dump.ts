/** Octets as engineers read them: offset, sixteen in hex, the same as ASCII. */

const LINE_OCTETS = 16

/** @param hex Two digits an octet. @returns One line for sixteen octets. */
export function hexDump(hex: string): readonly string[] {
  const octets = hex.match(/../g) ?? []
  const lines: string[] = []
  for (let offset = 0; offset < octets.length; offset += LINE_OCTETS) {
    const line = octets.slice(offset, offset + LINE_OCTETS)
    const text = line.map((octet) => asciiOf(Number.parseInt(octet, 16))).join('')
    const digits = line.join(' ').padEnd(LINE_OCTETS * 3 - 1)
    lines.push(`${offset.toString(16).padStart(4, '0')}  ${digits}  ${text}`)
  }
  return lines
}

function asciiOf(octet: number): string {
  return octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.'
}
