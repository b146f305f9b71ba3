/** A card with the keys of the worked example (GBA facts 14), and a terminal that speaks hex. */

import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { generateVector } from '../aka/generate-vector.ts'
import type { UiccReader } from '../apdu/uicc-reader.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { computeAutnStar } from '../gba/gba-u.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { type CardProfile, parseCardProfile } from './card-profile.ts'
import type { CardStateStore } from './card-state-store.ts'
import { createFunctions, createUicc, type UiccPorts } from './uicc.ts'

/** The fields of a profile file, to be changed by a test. */
export function profileFile(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    format: 'cpns-card',
    version: 1,
    iccid: '8988211000000000011',
    authentication: {
      algorithm: 'milenage',
      k: toHex(WORKED.k.reveal()),
      opc: toHex(WORKED.opc.reveal()),
    },
    pins: {
      pin: { value: '1234', puk: '12345678', enabled: false },
      pin2: { value: '5678', puk: '87654321', enabled: true },
      adm1: '4141414141414141',
    },
    applications: [
      { application: 'USIM', imsi: '001010123456789', mncLength: 2 },
      {
        application: 'ISIM',
        impi: '001010123456789@ims.mnc001.mcc001.3gppnetwork.org',
        impus: ['sip:alice@ims.example', 'tel:+1234'],
        domain: 'ims.mnc001.mcc001.3gppnetwork.org',
      },
      { application: 'CSIM', imsi: '001010123456789', mncLength: 2 },
    ],
    ...changes,
  }
}

/** A profile with some fields of its file changed. */
export function testProfile(changes: Record<string, unknown> = {}): CardProfile {
  return parseCardProfile(JSON.stringify(profileFile(changes)))
}

/** A store in memory that can be told to fail. */
export interface MemoryCardState extends CardStateStore {
  /** What is stored now. */
  stored: Uint8Array | undefined
  /** How often `save` took effect. */
  saves: number
  /** Thrown by the next `save`, which stores nothing. */
  failure: Error | undefined
}

/** An empty store in memory. */
export function createMemoryCardState(): MemoryCardState {
  return {
    stored: undefined,
    saves: 0,
    failure: undefined,
    async load() {
      return this.stored
    },
    async save(state) {
      if (this.failure !== undefined) throw this.failure
      this.stored = state
      this.saves += 1
    },
  }
}

/** A card, its store, and a terminal that sends and reads hex. */
export interface TestCard {
  readonly reader: UiccReader
  readonly state: MemoryCardState
  /** Sends one command (blanks do not count) and gives the whole answer. */
  readonly send: (hex: string) => Promise<string>
  /** As `send`, and fetches what waits behind 61xx. */
  readonly fetch: (hex: string) => Promise<string>
}

/** A card that was just reset. */
export async function createTestCard(
  changes: Record<string, unknown> = {},
  ports: Partial<UiccPorts> & { readonly state?: MemoryCardState } = {},
): Promise<TestCard> {
  const state = ports.state ?? createMemoryCardState()
  const random = createSeededRandom('card')
  const reader = createUicc(testProfile(changes), { random, ...ports, state })
  await reader.reset()
  const send = async (hex: string) => toHex(await reader.transmit(fromHex(hex.replaceAll(' ', ''))))
  const fetch = async (hex: string) => {
    const response = await send(hex)
    const waits = /^61(..)$/.exec(response)?.[1]
    const channel = hex.slice(1, 2)
    return waits === undefined ? response : send(`0${channel}c00000${waits}`)
  }
  return { reader, state, send, fetch }
}

/** SELECT by AID without FCP. */
export const SELECT_USIM = '00a4040c07a0000000871002'
export const SELECT_ISIM = '00a4040c07a0000000871004'
export const SELECT_CSIM = '00a4040c07a0000003431002'

/** AUTHENTICATE commands for an SQN, as the home of the test card makes them. */
export function challengesFor(sqn: bigint, rand: Uint8Array = WORKED.rand) {
  const functions = createFunctions(testProfile().credentials)
  const { vector } = generateVector(functions, { rand, sqn, amf: new Uint8Array(2) })
  const challenge = (autn: Uint8Array) => `10${toHex(rand)}10${toHex(autn)}`
  const autnStar = computeAutnStar(vector.autn, vector.ik)
  return {
    umts: `0088008122${challenge(vector.autn)}`,
    gba: `0088008423dd${challenge(autnStar)}`,
    gbaWithOrdinaryAutn: `0088008423dd${challenge(vector.autn)}`,
    umtsWithAutnStar: `0088008122${challenge(autnStar)}`,
    vector,
    vectorGba: { rand, autn: autnStar },
  }
}

const octet = (value: number) => value.toString(16).padStart(2, '0')

/** AUTHENTICATE in NAF derivation mode. */
export function nafDerivation(nafId: Uint8Array, impi: Uint8Array): string {
  const body = `de${octet(nafId.length)}${toHex(nafId)}${octet(impi.length)}${toHex(impi)}`
  return `00880084${octet(body.length / 2)}${body}`
}

/** f-functions of another key, for an application that does not use the card's. */
export function otherFunctions() {
  return createFunctions(testProfile({ authentication: OTHER_KEYS }).credentials)
}

/** AUTHENTICATE in 3G context for those functions and the SQN of the worked example. */
export function otherChallenge(): string {
  const functions = otherFunctions()
  const input = { rand: WORKED.rand, sqn: WORKED.sqn, amf: new Uint8Array(2) }
  const { vector } = generateVector(functions, input)
  return `008800812210${toHex(WORKED.rand)}10${toHex(vector.autn)}`
}

const OTHER_KEYS = { algorithm: 'milenage', k: '11'.repeat(16), opc: '22'.repeat(16) }
