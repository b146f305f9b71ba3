/**
 * MILENAGE, the AKA algorithm set built on AES-128. TS 35.206; TEMP, IN1, OUT1 to OUT5 and rot are its
 * names (4.1). The constants c1 to c5 and r1 to r5 are the recommended ones.
 */
import { createAesBlock } from '../crypto/aes-block.ts'
import { Secret } from '../crypto/secret.ts'
import { assertOctets, concatOctets, xorOctets } from '../octets/octets.ts'
import { type AkaFunctions, assertMacInput, assertRand, type MacInput } from './aka-functions.ts'
import { encodeSqn } from './sqn.ts'

const KEY_LENGTH = 16

/** r1 to r5 in octets (all are whole octets) and the last octet of c1 to c5, the others being 0. TS 35.206 4.1 */
const OUT1 = { r: 8, c: 0 }
const OUT2 = { r: 0, c: 1 }
const OUT3 = { r: 4, c: 2 }
const OUT4 = { r: 8, c: 4 }
const OUT5 = { r: 12, c: 8 }

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
  assertOctets('OP', op, KEY_LENGTH)
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
export function createMilenage(keys: { readonly k: Secret; readonly opc: Secret }): AkaFunctions {
  const aes = createAesBlock(keys.k)
  const opc = new Uint8Array(keys.opc.reveal())
  assertOctets('OPc', opc, KEY_LENGTH)

  const temp = (rand: Uint8Array): Uint8Array => {
    assertRand(rand)
    return aes.encrypt(xorOctets(rand, opc))
  }
  const output = (input: Uint8Array): Uint8Array => xorOctets(aes.encrypt(input), opc)

  /** OUT1 = E[TEMP xor rot(IN1 xor OPc, r1) xor c1]K xor OPc, IN1 = SQN ‖ AMF ‖ SQN ‖ AMF. */
  const out1 = (input: MacInput): Uint8Array => {
    assertMacInput(input)
    const { rand, sqn, amf } = input
    const half = concatOctets(encodeSqn(sqn), amf)
    const in1 = concatOctets(half, half)
    return output(xorOctets(temp(rand), rotateAndAdd(xorOctets(in1, opc), OUT1)))
  }

  return {
    f1: (input) => out1(input).slice(0, 8),
    f1Star: (input) => out1(input).slice(8),
    f2345(rand) {
      // OUTn = E[rot(TEMP xor OPc, rn) xor cn]K xor OPc
      const seed = xorOctets(temp(rand), opc)
      const out2 = output(rotateAndAdd(seed, OUT2))
      return {
        res: Secret.of(out2.subarray(8)),
        ck: Secret.of(output(rotateAndAdd(seed, OUT3))),
        ik: Secret.of(output(rotateAndAdd(seed, OUT4))),
        ak: out2.slice(0, 6),
      }
    },
    f5Star: (rand) => output(rotateAndAdd(xorOctets(temp(rand), opc), OUT5)).slice(0, 6),
  }
}

/** rot(x, r) xor c: rotated towards the most significant octet. TS 35.206 4.1 */
function rotateAndAdd(x: Uint8Array, { r, c }: { r: number; c: number }): Uint8Array {
  const rotated = concatOctets(x.subarray(r), x.subarray(0, r))
  rotated[15] = (rotated[15] as number) ^ c
  return rotated
}
