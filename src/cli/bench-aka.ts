/**
 * What `cpns bench aka` measures: authentication vectors as an AuC makes them, one by one and in batches,
 * beside the bare primitives in them. TS 33.102 6.3.2, TS 35.206, TS 35.231
 *
 * Each vector has a fresh RAND and an SQN of its own, and its keys come out as `Secret`s.
 */
import { keccakP } from '@noble/hashes/sha3.js'
import type { AkaFunctions, MacInput } from '../aka/aka-functions.ts'
import { generateVector, generateVectors } from '../aka/generate-vector.ts'
import { createMilenage } from '../aka/milenage.ts'
import { createTuak } from '../aka/tuak.ts'
import { createAesBlock } from '../crypto/aes-block.ts'
import { createRecordSealer } from '../crypto/record-sealer.ts'
import { Secret } from '../crypto/secret.ts'
import type { Random } from '../ports/random.ts'
import type { BenchCase, BenchGroup } from './bench-measure.ts'

const BLOCK = 16
/** Enough of them that the call itself is not seen any more. */
const MANY_BLOCKS = 1024

/** Both algorithm sets, each under its primitive. */
export function akaGroups(random: Random): readonly BenchGroup[] {
  return [
    { title: 'MILENAGE', cases: [...aesCases(random), ...milenageCases(random)] },
    { title: 'TUAK', cases: [keccakCase(), ...tuakCases(random)] },
  ]
}

function aesCases(random: Random): readonly BenchCase[] {
  const aes = createAesBlock(Secret.of(random.octets(BLOCK)))
  const one = random.octets(BLOCK)
  const four = random.octets(4 * BLOCK)
  const many = random.octets(MANY_BLOCKS * BLOCK)
  return [
    {
      name: 'AES-128 block, one a call',
      limit: 'The call into OpenSSL and the array it returns; the AES in it is the next line.',
      perRun: 1,
      run: () => aes.encrypt(one),
    },
    {
      name: `AES-128 block, ${MANY_BLOCKS} a call`,
      limit: 'AES itself, by the instructions of the processor.',
      perRun: MANY_BLOCKS,
      run: () => aes.encrypt(many),
    },
    {
      name: 'the AES of a vector: 1 block, then 4',
      limit: 'The two calls into OpenSSL; no vector on its own can be cheaper.',
      perRun: 1,
      run() {
        aes.encrypt(one)
        aes.encrypt(four)
      },
    },
  ]
}

function milenageCases(random: Random): readonly BenchCase[] {
  const keys = secrets(random, { k: 16, opc: 16 })
  return vectorCases(random, {
    keys,
    create: createMilenage,
    limits: {
      single:
        'The arrays, Secrets and objects of the answer, then the two calls of the line above.',
      batch: 'The arrays, Secrets and objects of each vector; the two calls serve the whole batch.',
      uncached: 'As a vector, and the new cipher object with its key schedule.',
      unsealed: 'Two AES-256-GCM openings, each with a new decipher object.',
    },
  })
}

function keccakCase(): BenchCase {
  const state = new Uint32Array(50)
  return {
    name: 'Keccak-f[1600], one permutation',
    limit:
      'JavaScript on 32-bit words (@noble/hashes); OpenSSL offers hashes, not the permutation.',
    perRun: 1,
    run: () => keccakP(state),
  }
}

function tuakCases(random: Random): readonly BenchCase[] {
  const keys = secrets(random, { k: 16, topc: 32 })
  return vectorCases(random, {
    keys,
    create: createTuak,
    limits: {
      single: 'The two permutations of a vector.',
      batch: 'The same two permutations: a batch shares nothing.',
      uncached: 'The same two permutations: there is next to nothing to keep.',
      unsealed: 'The two permutations, then two AES-256-GCM openings.',
    },
  })
}

type Keys<Name extends string> = Readonly<Record<Name, Secret>>

/** An algorithm set, and what bounds each way of using it. */
interface VectorBench<Name extends string> {
  readonly keys: Keys<Name>
  readonly create: (keys: Keys<Name>) => AkaFunctions
  readonly limits: Readonly<Record<'single' | 'batch' | 'uncached' | 'unsealed', string>>
}

function vectorCases<Name extends string>(
  random: Random,
  { keys, create, limits }: VectorBench<Name>,
): readonly BenchCase[] {
  const kept = create(keys)
  const challenge = challenger(random)
  const open = sealedKeys(random, keys)
  const batch = (size: number): BenchCase => ({
    name: `vector, in a batch of ${size}`,
    limit: limits.batch,
    perRun: size,
    run: () => generateVectors(kept, Array.from({ length: size }, challenge)),
  })
  const single = (name: string, limit: string, functions: () => AkaFunctions): BenchCase => ({
    name,
    limit,
    perRun: 1,
    run: () => generateVector(functions(), challenge()),
  })
  return [
    single('vector', limits.single, () => kept),
    batch(16),
    batch(32),
    single('vector, nothing kept of the subscriber', limits.uncached, () => create(keys)),
    single('vector, the keys unsealed for it', limits.unsealed, () => create(open())),
  ]
}

function challenger(random: Random): () => MacInput {
  const amf = new Uint8Array(2)
  let sqn = 0n
  return () => ({ rand: random.octets(BLOCK), sqn: ++sqn, amf })
}

/** Keys at rest (K-5). @returns Opens them all. */
function sealedKeys<Name extends string>(random: Random, keys: Keys<Name>): () => Keys<Name> {
  const sealer = createRecordSealer({ current: Secret.of(random.octets(32)) }, random)
  const rows = (Object.entries(keys) as [Name, Secret][]).map(([name, key]) => {
    const identity = `subscribers:001010000000001@ims.example:${name}`
    return { name, identity, sealed: sealer.seal(identity, key) }
  })
  return () => {
    const opened = rows.map(({ name, identity, sealed }) => [name, sealer.open(identity, sealed)])
    return Object.fromEntries(opened) as Keys<Name>
  }
}

function secrets<Name extends string>(
  random: Random,
  lengths: Readonly<Record<Name, number>>,
): Keys<Name> {
  const made = Object.entries<number>(lengths).map(([name, length]) => [
    name,
    Secret.of(random.octets(length)),
  ])
  return Object.fromEntries(made) as Keys<Name>
}
