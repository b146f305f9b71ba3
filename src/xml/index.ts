/** A bounded XML reader and an escaping writer. */
export * from './copy-element.ts'
export { parseXml } from './xml-reader.ts'
export * from './xml-tree.ts'
export * from './xml-writer.ts'
