/** Our MILENAGE, vectors and AUTS against Osmocom's `osmo-auc-gen`: TS 35.206, TS 33.102 6.3. */
import { expect, test } from 'vitest'
import { generateVector } from '../../src/aka/generate-vector.ts'
import { computeOpc, createMilenage } from '../../src/aka/milenage.ts'
import { buildAuts, verifyAuts } from '../../src/aka/resynchronize.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { toHex } from '../../src/octets/octets.ts'
import { findInteropTool, type InteropTool } from '../support/interop-tool.ts'
import { createSeededRandom } from '../support/seeded-random.ts'

const RUNS = 200
const tool = findInteropTool('osmo-auc-gen', 'libosmocore-utils')
const random = createSeededRandom('osmo-auc-gen')

/** A random subscriber and challenge; every other one has OP instead of OPc. */
function drawSubscriber(n: number) {
  const k = random.octets(16)
  const operatorKey = random.octets(16)
  const isOp = n % 2 === 1
  const keys = { k: Secret.of(k), op: Secret.of(operatorKey) }
  const opc = isOp ? computeOpc(keys) : keys.op
  const rand = random.octets(16)
  const amf = random.octets(2)
  const flags = ['-3', '-a', 'milenage', '-k', toHex(k), isOp ? '-O' : '-o', toHex(operatorKey)]
  return {
    functions: createMilenage({ k: keys.k, opc }),
    rand,
    amf,
    flags: [...flags, '-f', toHex(amf), '-r', toHex(rand)],
  }
}

/** Some SQN of 47 bits, so that the tool can count on after it. */
function drawSqn(): bigint {
  return BigInt(`0x${toHex(random.octets(6))}`) >> 1n
}

/** The tool's `NAME:<tab>value` lines. */
async function valuesOf(osmo: InteropTool, args: readonly string[]): Promise<Map<string, string>> {
  const { status, stdout, stderr } = await osmo.run(args)
  expect(status, stderr).toBe(0)
  return new Map(stdout.split('\n').map((line) => line.split(':\t') as [string, string]))
}

test.skipIf(tool === undefined)(`${RUNS} random vectors, from OPc and from OP`, async () => {
  for (let n = 0; n < RUNS; n++) {
    const { functions, rand, amf, flags } = drawSubscriber(n)
    const sqn = drawSqn()
    const { vector } = generateVector(functions, { rand, sqn, amf })
    const theirs = await valuesOf(tool!, [...flags, '-s', sqn.toString()])
    expect(theirs.get('AUTN')).toBe(toHex(vector.autn))
    expect(theirs.get('RES')).toBe(toHex(vector.xres.reveal()))
    expect(theirs.get('CK')).toBe(toHex(vector.ck.reveal()))
    expect(theirs.get('IK')).toBe(toHex(vector.ik.reveal()))
  }
})

test.skipIf(tool === undefined)(`${RUNS} random resynchronisations`, async () => {
  for (let n = 0; n < RUNS; n++) {
    const { functions, rand, amf, flags } = drawSubscriber(n)
    const sqnMs = drawSqn()
    const auts = buildAuts(functions, { rand, sqnMs })
    const theirs = await valuesOf(tool!, [...flags, '-A', toHex(auts)])
    expect(theirs.get('SQN.MS')).toBe(sqnMs.toString())
    // Which SQN comes next is each home's own choice; the vector for it is not.
    const sqn = BigInt(theirs.get('SQN')!)
    expect(sqn).toBeGreaterThan(sqnMs)
    expect(theirs.get('AUTN')).toBe(
      toHex(generateVector(functions, { rand, sqn, amf }).vector.autn),
    )
  }
})

test.skipIf(tool === undefined)('an altered AUTS is refused by both', async () => {
  for (let bit = 0; bit < 112; bit++) {
    const { functions, rand, flags } = drawSubscriber(bit)
    const auts = buildAuts(functions, { rand, sqnMs: drawSqn() })
    const altered = auts.map((octet, at) => (at === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet))
    const { status, stderr } = await tool!.run([...flags, '-A', toHex(altered)])
    expect(status).toBe(1)
    expect(stderr).toContain('AUTS from MS seems incorrect')
    expect(verifyAuts(functions, { rand, auts: altered })).toEqual({ valid: false })
  }
})
