/** Octet strings: concatenation, comparison, text forms, bounded reading. */
export * from './octet-reader.ts'
export * from './octets.ts'
