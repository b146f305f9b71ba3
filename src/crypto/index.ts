/** Primitives and key handling: AES block, HMAC, HKDF, AEAD, sealing, `Secret`. */
export * from './aead.ts'
export * from './aes-block.ts'
export * from './fingerprint.ts'
export * from './hash.ts'
export * from './hkdf.ts'
export * from './record-sealer.ts'
export * from './sealing-ring.ts'
export * from './secret.ts'
