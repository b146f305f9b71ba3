import { beforeEach, describe, expect, test } from 'vitest'
import type { EuKeyAssignmentTrigger } from '../cpns/messages.ts'
import { sealTriggerPassword, triggerProof } from '../cpns/trigger.ts'
import { Secret } from '../crypto/secret.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { toHex, utf8 } from '../octets/octets.ts'
import { checkTrigger } from './check-trigger.ts'
import type { OwnerStore, PneOwner } from './owner-store.ts'

const GATEWAY = parseEntityId('urn:x:gw')
const WATCH = parseEntityId('urn:x:watch')
const OTHER = parseEntityId('urn:x:other')
const NAMES = { entityId: WATCH, gatewayEntityId: GATEWAY }
const KEY = Secret.of(new Uint8Array(32).fill(1))
const NONCE = new Uint8Array(16).fill(2)
const IV = new Uint8Array(12).fill(3)

let owner: PneOwner | undefined
let used: Set<string>
let store: OwnerStore

beforeEach(() => {
  owner = { userId: parseUserId('alice'), triggerKey: KEY }
  used = new Set()
  store = {
    loadOwner: async () => owner,
    saveOwner: async () => {},
    async takeNonce(nonce) {
      const isNew = !used.has(toHex(nonce))
      used.add(toHex(nonce))
      return isNew
    },
  }
})

const made = (
  { gw = GATEWAY, pne = WATCH }: { gw?: EntityId; pne?: EntityId } = {},
  key = KEY,
): EuKeyAssignmentTrigger => ({
  name: 'EUKeyAssignmentTrigger',
  transactionId: 't',
  entityId: gw,
  gw,
  pne,
  nonce: NONCE,
  proof: triggerProof(key, { gw, pne, nonce: NONCE }),
})

const check = (trigger: EuKeyAssignmentTrigger) => checkTrigger(trigger, NAMES, store)

describe('a trigger of the paired PN GW', () => {
  test('is followed, once', async () => {
    expect(await check(made())).toEqual({ outcome: 'accepted', nonce: NONCE, userId: 'alice' })
    expect(await check(made())).toMatchObject({ outcome: 'refused', status: 409 })
  })

  test('may bring the password', async () => {
    const context = { gw: GATEWAY, pne: WATCH, nonce: NONCE, iv: IV }
    const sealed = sealTriggerPassword(KEY, context, Secret.of(utf8('pw')))
    const encryptedPassword = { algorithm: 'AES-256-GCM', iv: IV, sealed } as const
    const verdict = await check({ ...made(), encryptedPassword })
    if (verdict.outcome !== 'accepted') throw new Error('refused')
    expect(verdict.password?.equals(Secret.of(utf8('pw')))).toBe(true)
  })
})

describe('401, and the Nonce stays unused', () => {
  const flipped = made().proof.map((octet, index) => (index === 31 ? octet ^ 1 : octet))
  const sealed = new Uint8Array(20)
  test.each<[string, EuKeyAssignmentTrigger]>([
    ['a wrong Proof', { ...made(), proof: flipped }],
    ['a Proof under another key', made({}, Secret.of(new Uint8Array(32)))],
    ['a Proof for another Nonce', { ...made(), nonce: new Uint8Array(16) }],
    ['a trigger for another PNE', made({ pne: OTHER })],
    ['a trigger of another PN GW', made({ gw: OTHER })],
    ['another sender', { ...made(), entityId: OTHER }],
    [
      'a password that does not decrypt',
      { ...made(), encryptedPassword: { algorithm: 'AES-256-GCM', iv: IV, sealed } },
    ],
  ])('%s', async (_, trigger) => {
    expect(await check(trigger)).toMatchObject({ outcome: 'refused', status: 401 })
    expect(used).toEqual(new Set())
    expect(await check(made())).toMatchObject({ outcome: 'accepted' })
  })

  test('a PNE without owner follows none', async () => {
    owner = undefined
    expect(await check(made())).toMatchObject({ outcome: 'refused', status: 401 })
  })
})
