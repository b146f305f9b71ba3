import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import { encodeNafId, UA_ID_CPNS } from '../identity/naf-id.ts'
import { concatOctets, fromHex, toHex } from '../octets/octets.ts'
import { noTrace } from '../trace/trace.ts'
import { challengesFor, createTestCard } from '../uicc/uicc.fixture.ts'
import type { EuKeyOperations, GbaCard } from './gba-card.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { computeAutnStar } from './gba-u.ts'
import { deriveKsIntNaf, ksOf } from './ks-naf.ts'
import { createRecordedTrace, createScriptedReader } from './uicc-terminal.fixture.ts'
import { openUiccApplication, type TerminalOptions } from './uicc-terminal.ts'
import { CardRefused, createCommandSender } from './uicc-terminal-commands.ts'
import { createEuKeyOperations } from './uicc-terminal-eukey.ts'

const nafId = { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS }
const filled = (octet: number, length = 32) => new Uint8Array(length).fill(octet)
const proof = {
  randomClient: filled(9, 16),
  randomServer: filled(1, 16),
  digests: [filled(2), filled(3)] as const,
}
const digest = filled(4)

const ksIntNaf = deriveKsIntNaf(ksOf(WORKED), {
  rand: WORKED.rand,
  impi: WORKED.impi,
  nafId: encodeNafId(nafId),
})
const hash = (label: string, ...parts: readonly Uint8Array[]) =>
  new Uint8Array(
    createHmac('sha256', ksIntNaf.reveal())
      .update(`${label}\0`)
      .update(concatOctets(...parts))
      .digest(),
  )
const serverHash = hash('CPNS server', ...proof.digests, digest)

/** Our own card after a bootstrapping run and, unless told otherwise, NAF derivation. */
async function ownCard(options: TerminalOptions & { readonly isDerived?: boolean } = {}) {
  const { reader } = await createTestCard()
  const card = await openUiccApplication(reader, options)
  await card.bootstrap({ rand: WORKED.rand, autn: WORKED.autnStar })
  if (options.isDerived !== false) await card.deriveKsExtNaf(nafId)
  return card
}

const operationsOf = (card: GbaCard) => card.euKeyOperations?.(nafId) as EuKeyOperations

/** What goes into PROVE after a START. */
async function startedProof(operations: EuKeyOperations) {
  const started = await operations.start()
  if (started.outcome !== 'started') throw new Error(started.outcome)
  return { ...proof, randomClient: started.randomClient }
}

describe('our own card', () => {
  test('HASH and session key, without the key', async () => {
    const operations = operationsOf(await ownCard())
    expect(await operations.prove(await startedProof(operations))).toEqual({
      outcome: 'proved',
      hash: hash('CPNS client', ...proof.digests),
    })
    const confirmed = await operations.confirm({ digest, serverHash })
    if (confirmed.outcome !== 'confirmed') throw new Error(confirmed.outcome)
    expect(confirmed.sessionKey).toHaveLength(32)
  })

  test('a NAF that no key was derived for', async () => {
    const operations = operationsOf(await ownCard({ isDerived: false }))
    expect(await operations.start()).toEqual({ outcome: 'unknown-naf-id' })
  })

  test('a wrong server HASH, and what is out of turn', async () => {
    const operations = operationsOf(await ownCard())
    expect(await operations.prove(proof)).toEqual({ outcome: 'out-of-turn' })
    const begun = await startedProof(operations)
    expect(await operations.confirm({ digest, serverHash })).toEqual({ outcome: 'out-of-turn' })
    expect(await operations.prove(proof)).toEqual({ outcome: 'out-of-turn' })
    await operations.prove(begun)
    const wrong = { digest, serverHash: filled(0) }
    expect(await operations.confirm(wrong)).toEqual({ outcome: 'hash-wrong' })
    expect(await operations.confirm({ digest, serverHash })).toEqual({ outcome: 'out-of-turn' })
  })

  test('a bootstrapping run between the steps does no harm', async () => {
    const card = await ownCard()
    const operations = operationsOf(card)
    const begun = await startedProof(operations)
    const { vector } = challengesFor(0xc0n, new Uint8Array(16))
    const autn = computeAutnStar(vector.autn, vector.ik)
    expect((await card.bootstrap({ rand: vector.rand, autn })).outcome).toBe('success')
    expect((await operations.prove(begun)).outcome).toBe('proved')
  })

  test('the trace names the commands and shows no key', async () => {
    const { events, trace } = createRecordedTrace()
    const operations = operationsOf(await ownCard({ trace }))
    await operations.prove(await startedProof(operations))
    const confirmed = await operations.confirm({ digest, serverHash })
    if (confirmed.outcome !== 'confirmed') throw new Error(confirmed.outcome)
    const told = events.filter(({ message }) => message.endsWith('EUKEY'))
    expect(
      told.map(({ from, message, fields }) => `${from}: ${message} ${fields.outcome ?? ''}`),
    ).toEqual([
      'PN GW: START EUKEY ',
      'USIM: START EUKEY success',
      'PN GW: PROVE EUKEY ',
      'USIM: PROVE EUKEY success',
      'PN GW: CONFIRM EUKEY ',
      'USIM: CONFIRM EUKEY success',
    ])
    expect(told[0]?.fields).toEqual({ NAF: WORKED.nafFqdn, UaID: UA_ID_CPNS })
    expect(told[2]?.fields).toEqual({ RAND_server: '01'.repeat(16) })
    const all = JSON.stringify(events)
    for (const secret of [ksIntNaf, confirmed.sessionKey]) {
      expect(all).not.toContain(toHex(secret.reveal()))
    }
  })
})

describe('other cards', () => {
  const NAMES = { terminal: 'PN GW', trace: noTrace, clock: undefined }
  const cardWith = (script: Record<string, string>) => {
    const reader = createScriptedReader(script)
    return { reader, operations: createEuKeyOperations(createCommandSender(reader, NAMES), nafId) }
  }
  const run = {
    start: (operations: EuKeyOperations) => operations.start(),
    prove: (operations: EuKeyOperations) => operations.prove(proof),
    confirm: (operations: EuKeyOperations) => operations.confirm({ digest, serverHash }),
  }

  test.each(['6d00', '6e00'])('%s: the card has no such commands', async (sw) => {
    const { operations } = cardWith({ '803a': sw })
    expect(await operations.start()).toEqual({ outcome: 'not-offered' })
  })

  test('the commands as they are sent, and answers behind 61xx', async () => {
    const { reader, operations } = cardWith({ '803a': '6110', '00c0': `${'aa'.repeat(16)}9000` })
    expect(await operations.start()).toEqual({
      outcome: 'started',
      randomClient: fromHex('aa'.repeat(16)),
    })
    const id = toHex(encodeNafId(nafId))
    const length = (id.length / 2).toString(16).padStart(2, '0')
    expect(reader.sent).toEqual([`803a0000${length}${id}00`, '00c0000010'])
  })

  test.each([
    ['start', '803a', '6982'],
    ['start', '803a', '6985'],
    ['prove', '803c', '6d00'],
    ['prove', '803c', '6700'],
    ['confirm', '803e', '6a88'],
    ['confirm', '803e', '6f42'],
  ] as const)('%s: %s answered by %s is no outcome', async (step, ins, sw) => {
    const { operations } = cardWith({ [ins]: sw })
    await expect(run[step](operations)).rejects.toThrow(CardRefused)
  })

  test.each([
    ['start', '803a', 15],
    ['prove', '803c', 33],
    ['confirm', '803e', 0],
  ] as const)('%s: %s answered with %i octets', async (step, ins, length) => {
    const { operations } = cardWith({ [ins]: `${'bb'.repeat(length)}9000` })
    await expect(run[step](operations)).rejects.toThrow(InvalidMessage)
  })

  test('pulled in mid-exchange', async () => {
    const { reader, operations } = cardWith({ '803a': `${'aa'.repeat(16)}9000` })
    await operations.start()
    reader.transmit = () => Promise.reject(new TransportFailed('the reader is gone'))
    await expect(operations.prove(proof)).rejects.toThrow('the reader is gone')
  })
})
