/** The published MILENAGE and TUAK test sets of `test/vectors`, typed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One test set; every value is hex. */
export interface AkaTestSet {
  readonly id: string
  readonly k: string
  readonly rand: string
  readonly sqn: string
  readonly amf: string
  readonly f1: string
  readonly f1star: string
  readonly f2: string
  readonly f3: string
  readonly f4: string
  readonly f5: string
  readonly f5star: string
}

/** TS 35.207 and TS 35.208. */
export interface MilenageTestSet extends AkaTestSet {
  readonly op: string
  readonly opc: string
  readonly autn: string
  /** AUTS with the SQN of the set as SQN_MS. */
  readonly auts_amf0000: string
}

/** TS 35.233. */
export interface TuakTestSet extends AkaTestSet {
  readonly top: string
  readonly topc: string
  readonly keccak_iterations: number
}

/** A permutation sample of TS 35.232. */
export interface KeccakSample {
  readonly id: string
  readonly in: string
  readonly out: string
}

const milenage = readVectors('milenage-3gpp') as { vectors: MilenageTestSet[] }
const tuak = readVectors('tuak-3gpp') as { vectors: TuakTestSet[]; keccak_f1600: KeccakSample[] }

export const MILENAGE_SETS: readonly MilenageTestSet[] = milenage.vectors
export const TUAK_SETS: readonly TuakTestSet[] = tuak.vectors
export const KECCAK_SAMPLES: readonly KeccakSample[] = tuak.keccak_f1600

function readVectors(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../vectors/${name}.json`), 'utf8'))
}
