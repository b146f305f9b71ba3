/**
 * MILENAGE, the AKA algorithm set built on AES-128. TS 35.206; TEMP, IN1, OUT1 to OUT5 and rot are its
 * names (4.1). The constants c1 to c5 and r1 to r5 are the recommended ones.
 *
 * A call of the platform's cipher costs far more than the blocks in it, so all TEMPs that are wanted go
 * through it in one call and all OUTs in a second, for one challenge as for many.
 */
import { createAesBlock } from '../crypto/aes-block.ts'
import { Secret } from '../crypto/secret.ts'
import { assertOctets, concatOctets, xorOctets } from '../octets/octets.ts'
import {
  type AkaFunctions,
  type AkaOutputs,
  assertMacInput,
  assertRand,
  type MacInput,
} from './aka-functions.ts'
import { encodeSqn } from './sqn.ts'

const BLOCK = 16

/** 16 octets. */
type Block = Uint8Array

/** A pair of rn in octets (all are whole octets) and the last octet of cn, the others being 0. TS 35.206 4.1 */
interface OutConstants {
  readonly r: number
  readonly c: number
}

const OUT1: OutConstants = { r: 8, c: 0 }
const OUT2: OutConstants = { r: 0, c: 1 }
const OUT3: OutConstants = { r: 4, c: 2 }
const OUT4: OutConstants = { r: 8, c: 4 }
const OUT5: OutConstants = { r: 12, c: 8 }

/**
 * OPc = OP xor E[OP]K.
 *
 * @param keys.k K, 16 octets.
 * @param keys.op OP, 16 octets.
 * @returns 16 octets.
 * @throws {RangeError} If one has another length.
 * @see TS 35.206 4.1
 */
export function computeOpc(keys: { readonly k: Secret; readonly op: Secret }): Secret {
  const op = keys.op.reveal()
  assertOctets('OP', op, BLOCK)
  return Secret.of(xorOctets(op, createAesBlock(keys.k).encrypt(op)))
}

/**
 * f1, f1*, f2 to f5 and f5* of one subscriber. Keeps the cipher, so a caller that serves a subscriber
 * often keeps what this returns.
 *
 * @param keys.k K, 16 octets.
 * @param keys.opc OPc, 16 octets.
 * @throws {RangeError} If one has another length.
 * @see TS 35.206 4.1
 */
export function createMilenage(keys: {
  readonly k: Secret
  readonly opc: Secret
}): Required<AkaFunctions> {
  const aes = createAesBlock(keys.k)
  const opc = new Uint8Array(keys.opc.reveal())
  assertOctets('OPc', opc, BLOCK)

  /** What E takes in OUT1 = E[TEMP xor rot(IN1 xor OPc, r1) xor c1]K xor OPc. */
  const beforeOut1 = (temp: Block, { sqn, amf }: MacInput): Block => {
    const half = concatOctets(encodeSqn(sqn), amf)
    const in1 = concatOctets(half, half)
    return xorOctets(temp, rotateAndAdd(xorOctets(in1, opc), OUT1))
  }
  /** What E takes in OUTn = E[rot(TEMP xor OPc, rn) xor cn]K xor OPc. */
  const beforeOut = (temp: Block, constants: OutConstants): Block =>
    rotateAndAdd(xorOctets(temp, opc), constants)

  /** For each RAND: TEMP = E[RAND xor OPc]K, and the OUTs that come of what E takes, block after block. */
  const outsOf = (
    rands: readonly Uint8Array[],
    before: (temp: Block, n: number) => readonly Block[],
  ): Uint8Array => {
    const temps = aes.encrypt(joinBlocks(rands.map((rand) => xorOctets(rand, opc))))
    const blocks: Block[] = []
    for (let n = 0; n < rands.length; n++) {
      blocks.push(...before(temps.subarray(n * BLOCK, (n + 1) * BLOCK), n))
    }
    const outs = aes.encrypt(joinBlocks(blocks))
    for (let n = 0; n < outs.length; n++) outs[n] = (outs[n] as number) ^ (opc[n % BLOCK] as number)
    return outs
  }
  const out1 = (input: MacInput): Block => {
    assertMacInput(input)
    return outsOf([input.rand], (temp) => [beforeOut1(temp, input)])
  }
  const before2To4 = (temp: Block): readonly [Block, Block, Block] => [
    beforeOut(temp, OUT2),
    beforeOut(temp, OUT3),
    beforeOut(temp, OUT4),
  ]

  return {
    f1: (input) => out1(input).slice(0, 8),
    f1Star: (input) => out1(input).slice(8),
    f2345(rand) {
      assertRand(rand)
      return outputsOf(outsOf([rand], before2To4))
    },
    f5Star(rand) {
      assertRand(rand)
      return outsOf([rand], (temp) => [beforeOut(temp, OUT5)]).slice(0, 6)
    },
    f12345(challenges) {
      challenges.forEach(assertMacInput)
      const rands = challenges.map(({ rand }) => rand)
      const outs = outsOf(rands, (temp, n) => [
        beforeOut1(temp, challenges[n] as MacInput),
        ...before2To4(temp),
      ])
      return challenges.map((_, n) => {
        const own = outs.subarray(4 * BLOCK * n, 4 * BLOCK * (n + 1))
        return { macA: own.slice(0, 8), outputs: outputsOf(own.subarray(BLOCK)) }
      })
    },
  }
}

/** f2, f5, f3 and f4 of OUT2 ‖ OUT3 ‖ OUT4. TS 35.206 4.1 */
function outputsOf(outs: Uint8Array): AkaOutputs {
  return {
    res: Secret.of(outs.subarray(8, 16)),
    ck: Secret.of(outs.subarray(16, 32)),
    ik: Secret.of(outs.subarray(32, 48)),
    ak: outs.slice(0, 6),
  }
}

function joinBlocks(blocks: readonly Block[]): Uint8Array {
  const whole = new Uint8Array(blocks.length * BLOCK)
  for (let n = 0; n < blocks.length; n++) whole.set(blocks[n] as Block, n * BLOCK)
  return whole
}

/** rot(x, r) xor c: rotated towards the most significant octet. TS 35.206 4.1 */
function rotateAndAdd(x: Block, { r, c }: OutConstants): Block {
  const result = new Uint8Array(BLOCK)
  for (let n = 0; n < BLOCK; n++) result[n] = x[(n + r) % BLOCK] as number
  result[BLOCK - 1] = (result[BLOCK - 1] as number) ^ c
  return result
}
