/** A bounded XML reader and an escaping writer. */
export * from './xml-reader.ts'
export * from './xml-writer.ts'
