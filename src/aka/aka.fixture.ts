/** A subscriber for the tests of this folder: test set 1 of TS 35.207. */
import { Secret } from '../crypto/secret.ts'
import { fromHex } from '../octets/octets.ts'
import { createMilenage } from './milenage.ts'

/** f1 to f5* of the subscriber. */
export const FUNCTIONS = createMilenage({
  k: Secret.of(fromHex('465b5ce8b199b49faa5f0a2ee238a6bc')),
  opc: Secret.of(fromHex('cd63cb71954a9f4e48a5994e37a02baf')),
})

/** f1 to f5* of somebody else. */
export const OTHER_FUNCTIONS = createMilenage({
  k: Secret.of(fromHex('465b5ce8b199b49faa5f0a2ee238a6bd')),
  opc: Secret.of(fromHex('cd63cb71954a9f4e48a5994e37a02baf')),
})

/** RAND of the set. */
export const RAND = fromHex('23553cbe9637a89d218ae64dae47bf35')
