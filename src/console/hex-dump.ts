/** Octets as engineers read them: offset, some in hex, the same as ASCII. */

/** Octets of a line where there is room. */
export const LINE_OCTETS = 16

/** @param hex Two digits an octet. @param lineOctets Octets of a line. @returns The lines. */
export function hexDump(hex: string, lineOctets: number = LINE_OCTETS): readonly string[] {
  const octets = hex.match(/../g) ?? []
  const lines: string[] = []
  for (let offset = 0; offset < octets.length; offset += lineOctets) {
    const line = octets.slice(offset, offset + lineOctets)
    const text = line.map((octet) => asciiOf(Number.parseInt(octet, 16))).join('')
    const digits = line.join(' ').padEnd(lineOctets * 3 - 1)
    lines.push(`${offset.toString(16).padStart(4, '0')}  ${digits}  ${text}`)
  }
  return lines
}

function asciiOf(octet: number): string {
  return octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.'
}
