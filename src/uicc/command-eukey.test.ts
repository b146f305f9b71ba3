import { createHmac, hkdfSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { StoreFailed } from '../errors/errors.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { deriveKsIntNaf, ksOf } from '../gba/ks-naf.ts'
import { encodeNafId, UA_ID_CPNS, UA_ID_HTTP_DIGEST } from '../identity/naf-id.ts'
import { fromHex, toHex, utf8 } from '../octets/octets.ts'
import {
  challengesFor,
  createTestCard,
  nafDerivation,
  SELECT_ISIM,
  SELECT_USIM,
  type TestCard,
} from './uicc.fixture.ts'

const nafId = encodeNafId({ nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS })
const otherNafId = encodeNafId({ nafFqdn: WORKED.nafFqdn, uaId: UA_ID_HTTP_DIGEST })
const ksIntNaf = deriveKsIntNaf(ksOf(WORKED), { rand: WORKED.rand, impi: WORKED.impi, nafId })
const impi = utf8(WORKED.impi)
const naf = (name: string) => Uint8Array.of(...utf8(name), ...fromHex('0100000002'))

const randomServer = '5e'.repeat(16)
const digests = ['c1', 'a1', 'a2'].map((octet) => octet.repeat(32)) as [string, string, string]
const [connectRequest, authenticateRequest, authenticateResponse] = digests

const octet = (value: number) => value.toString(16).padStart(2, '0')
const command = (ins: string, data: string, cla = '80') =>
  `${cla}${ins}0000${octet(data.length / 2)}${data}`
const start = (id = nafId, cla?: string) => command('3a', toHex(id), cla)
const prove = (randomClient: string, cla?: string) =>
  command('3c', randomClient + randomServer + connectRequest + authenticateRequest, cla)
const NO_RANDOM = '00'.repeat(16)
const confirm = (hash = serverHash(), cla?: string) =>
  command('3e', authenticateResponse + hash, cla)

const hash = (label: string, transcript: string) =>
  createHmac('sha256', ksIntNaf.reveal())
    .update(`${label}\0`)
    .update(fromHex(transcript))
    .digest('hex')
const clientHash = () => hash('CPNS client', connectRequest + authenticateRequest)
const serverHash = () => hash('CPNS server', digests.join(''))

/** M-3, straight from the design. */
function sessionKey(randomClient: string): string {
  const info = Buffer.concat([
    Buffer.from('CPNS session\0'),
    fromHex(connectRequest + authenticateRequest),
  ])
  const salt = fromHex(randomClient + randomServer)
  return Buffer.from(hkdfSync('sha256', ksIntNaf.reveal(), salt, info, 32)).toString('hex')
}

/** A card that keeps Ks_int_NAF of the worked example for `nafId`. */
async function derived(changes: Record<string, unknown> = {}): Promise<TestCard> {
  const card = await createTestCard(changes)
  await card.send(SELECT_USIM)
  await card.send(challengesFor(WORKED.sqn).gba)
  await card.fetch(nafDerivation(nafId, impi))
  return card
}

/** RAND_client of a card that was started. */
async function started(card: TestCard): Promise<string> {
  const response = await card.fetch(start())
  expect(response).toMatch(/^[0-9a-f]{32}9000$/)
  return response.slice(0, 32)
}

/** RAND_client of a card that has proved. */
async function proved(card: TestCard): Promise<string> {
  const randomClient = await started(card)
  expect(await card.fetch(prove(randomClient))).toBe(`${clientHash()}9000`)
  return randomClient
}

describe('a whole exchange', () => {
  test('HASH of the client, then the session key, as M-2 and M-3 have them', async () => {
    const card = await derived()
    const randomClient = await proved(card)
    expect(await card.fetch(confirm())).toBe(`${sessionKey(randomClient)}9000`)
  })

  test('each command fits one short APDU, and its answer waits for GET RESPONSE', async () => {
    const card = await derived()
    const randomClient = await started(card)
    expect(await card.send(prove(randomClient))).toBe('6120')
    expect(await card.send(confirm())).toBe('6120')
    expect(await card.send(start())).toBe('6110')
    expect(await card.send(`${start()}00`)).toBe('6110')
  })

  test('RAND_client is a new one each time, and so is the session key', async () => {
    const card = await derived()
    const randoms = [await proved(card), await proved(card)]
    expect(randoms[0]).not.toBe(randoms[1])
    expect(await card.fetch(confirm())).toBe(`${sessionKey(randoms[1] as string)}9000`)
  })

  test('it changes nothing durable', async () => {
    const card = await derived()
    const before = card.state.stored
    await proved(card)
    await card.fetch(confirm())
    expect(card.state.stored).toBe(before)
  })

  test('an ISIM has exchanges of its own', async () => {
    const card = await derived()
    await proved(card)
    await card.send(SELECT_ISIM)
    expect(await card.send(confirm())).toBe('6985')
    await card.send(challengesFor(0xc0n).gba)
    await card.send(nafDerivation(nafId, impi))
    expect(await card.send(start())).toBe('6110')
    await card.send(SELECT_USIM)
    expect(await card.send(confirm())).toBe('6120')
  })

  test('the key of a later run counts from the next START on', async () => {
    const card = await derived()
    const randomClient = await started(card)
    await card.send(challengesFor(0xc0n, new Uint8Array(16)).gba)
    await card.send(nafDerivation(nafId, impi))
    expect(await card.fetch(prove(randomClient))).toBe(`${clientHash()}9000`)
    expect(await card.fetch(confirm())).toBe(`${sessionKey(randomClient)}9000`)
    const other = await card.fetch(prove(await started(card)))
    expect(other).toMatch(/^[0-9a-f]{64}9000$/)
    expect(other).not.toBe(`${clientHash()}9000`)
  })
})

describe('old sessions stay closed', () => {
  test('the messages and the server HASH of an old session give another key', async () => {
    const card = await derived()
    const randomClient = await proved(card)
    const oldKey = await card.fetch(confirm())
    expect(oldKey).toBe(`${sessionKey(randomClient)}9000`)
    await proved(card)
    const replayed = await card.fetch(confirm())
    expect(replayed).toMatch(/^[0-9a-f]{64}9000$/)
    expect(replayed).not.toBe(oldKey)
  })

  test('PROVE and CONFIRM once each', async () => {
    const card = await derived()
    const randomClient = await proved(card)
    expect(await card.send(prove(randomClient))).toBe('6985')
    expect(await card.send(confirm())).toBe('6120')
    expect(await card.send(confirm())).toBe('6985')
    expect(await card.send(prove(randomClient))).toBe('6985')
  })

  test('PROVE with another RAND_client than the outstanding one, an older one too', async () => {
    const card = await derived()
    const older = await started(card)
    const randomClient = await started(card)
    for (const foreign of [older, NO_RANDOM]) expect(await card.send(prove(foreign))).toBe('6985')
    expect(await card.send(prove(randomClient))).toBe('6120')
  })

  test('the session key that was not fetched at once is gone', async () => {
    const card = await derived()
    await proved(card)
    expect(await card.send(confirm())).toBe('6120')
    await card.send('80f2000c')
    expect(await card.send('00c0000020')).toBe('6985')
    expect(await card.send(confirm())).toBe('6985')
  })

  test('a wrong server HASH is 98 62 and ends the exchange; so does the own HASH, reflected', async () => {
    const bent = `${serverHash().slice(0, -1)}${serverHash().endsWith('0') ? '1' : '0'}`
    for (const wrong of [bent, clientHash(), '00'.repeat(32)]) {
      const card = await derived()
      await proved(card)
      expect(await card.send(confirm(wrong))).toBe('9862')
      expect(await card.send(confirm())).toBe('6985')
      await proved(card)
      expect(await card.send(confirm())).toBe('6120')
    }
  })

  test('a new START replaces the outstanding exchange', async () => {
    const card = await derived()
    const older = await proved(card)
    const randomClient = await started(card)
    expect(await card.send(confirm())).toBe('6985')
    expect(await card.send(prove(older))).toBe('6985')
    expect(await card.send(prove(randomClient))).toBe('6120')
  })

  test('one that is refused does not', async () => {
    const card = await derived()
    await proved(card)
    expect(await card.send(start(otherNafId))).toBe('6a88')
    expect(await card.send(confirm())).toBe('6120')
  })

  test('a reset ends it, and so does the loss of power', async () => {
    for (const interrupt of ['reset', 'power'] as const) {
      const card = await derived()
      const older = await proved(card)
      if (interrupt === 'power') await card.reader.close()
      await card.reader.reset()
      await card.send(SELECT_USIM)
      expect(await card.send(confirm())).toBe('6985')
      expect(await card.send(prove(older))).toBe('6985')
      const randomClient = await proved(card)
      expect(await card.fetch(confirm())).toBe(`${sessionKey(randomClient)}9000`)
    }
  })
})

describe('the order', () => {
  test('nothing before START, CONFIRM not before PROVE', async () => {
    const card = await derived()
    expect(await card.send(prove(NO_RANDOM))).toBe('6985')
    expect(await card.send(confirm())).toBe('6985')
    const randomClient = await started(card)
    expect(await card.send(confirm())).toBe('6985')
    expect(await card.send(prove(randomClient))).toBe('6120')
  })
})

describe('the NAF_Id', () => {
  test.each([
    ['of another protocol', otherNafId],
    ['without its last octet', nafId.slice(0, -1)],
    ['with one octet more', Uint8Array.of(...nafId, 0)],
    ['of 255 octets', new Uint8Array(255)],
  ])('%s: 6A 88', async (_name, id) => {
    expect(await (await derived()).send(start(id))).toBe('6a88')
  })

  test('before any bootstrapping: 6A 88', async () => {
    const card = await createTestCard()
    await card.send(SELECT_USIM)
    expect(await card.send(start())).toBe('6a88')
  })

  test('that was started is not the next one to go when the list is full', async () => {
    const card = await derived()
    for (const name of ['a', 'b', 'c', 'd']) await card.send(nafDerivation(naf(name), impi))
    await started(card)
    await card.send(nafDerivation(naf('e'), impi))
    expect(await card.send(start())).toBe('6110')
    expect(await card.send(start(naf('a')))).toBe('6a88')
    expect(await card.send(start(naf('b')))).toBe('6110')
  })

  test('cannot be noted as used while the state cannot be saved: 65 81, and nothing has begun', async () => {
    const card = await derived()
    await card.send(nafDerivation(otherNafId, impi))
    card.state.failure = new StoreFailed('full')
    expect(await card.send(start())).toBe('6581')
    expect(await card.send(confirm())).toBe('6985')
    card.state.failure = undefined
    expect(await card.send(start())).toBe('6110')
  })
})

describe('logical channels', () => {
  const OPEN = '0070000001'

  test('one exchange an application, whatever channel it is selected on', async () => {
    const card = await derived()
    expect(await card.send(OPEN)).toBe('019000')
    const randomClient = await proved(card)
    expect(await card.send(confirm(serverHash(), '81'))).toBe('6985')
    await card.send(SELECT_USIM.replace(/^00/, '01'))
    expect(await card.send(confirm(serverHash(), '81'))).toBe('6120')
    expect(await card.send('00c0000020')).toBe('6985')
    expect(await card.send('01c0000020')).toBe(`${sessionKey(randomClient)}9000`)
    expect(await card.send(confirm())).toBe('6985')
  })

  test('closing the channel that began it does not end it', async () => {
    const card = await derived()
    await card.send(OPEN)
    await card.send(SELECT_USIM.replace(/^00/, '01'))
    const randomClient = (await card.fetch(start(nafId, '81'))).slice(0, 32)
    await card.send('00708001')
    expect(await card.send(prove(randomClient, '81'))).toBe('6881')
    expect(await card.send(prove(randomClient))).toBe('6120')
  })
})

describe('conditions', () => {
  test('no application is active: 69 85', async () => {
    const card = await createTestCard()
    for (const sent of [start(), prove(NO_RANDOM), confirm()]) {
      expect(await card.send(sent)).toBe('6985')
    }
  })

  test('PIN enabled and not verified: 69 82', async () => {
    const pins = {
      pin: { value: '1234', puk: '12345678', enabled: true },
      pin2: { value: '5678', puk: '87654321' },
      adm1: '4141414141414141',
    }
    const card = await createTestCard({ pins })
    await card.send(SELECT_USIM)
    for (const sent of [start(), prove(NO_RANDOM), confirm()]) {
      expect(await card.send(sent)).toBe('6982')
    }
    await card.send('0020000108 31323334ffffffff')
    expect(await card.send(start())).toBe('6a88')
  })
})

describe('wrong input', () => {
  test.each([
    ['START without data', '803a0000', '6700'],
    ['START with Le alone', '803a000010', '6700'],
    ['PROVE without data', '803c0000', '6700'],
    ['PROVE, one octet short', command('3c', '00'.repeat(95)), '6700'],
    ['PROVE, one octet too many', command('3c', '00'.repeat(97)), '6700'],
    ['CONFIRM without data', '803e0000', '6700'],
    ['CONFIRM, one octet short', confirm(serverHash().slice(2)), '6700'],
    ['CONFIRM, one octet too many', confirm(`${serverHash()}00`), '6700'],
    ['P1 01', prove(NO_RANDOM).replace('803c00', '803c01'), '6a86'],
    ['P2 01', confirm().replace('803e0000', '803e0001'), '6a86'],
    ['class 00', start(nafId, '00'), '6e00'],
    ['class 84', start(nafId, '84'), '6882'],
    ['class A0', start(nafId, 'a0'), '6e00'],
    ['INS 3B', start().replace('803a', '803b'), '6d00'],
  ])('%s changes nothing', async (_name, sent, sw) => {
    const card = await derived()
    const randomClient = await proved(card)
    const before = card.state.stored
    expect(await card.send(sent)).toBe(sw)
    expect(card.state.stored).toBe(before)
    expect(await card.fetch(confirm())).toBe(`${sessionKey(randomClient)}9000`)
  })
})

test('Ks_int_NAF is in no answer', async () => {
  const card = await derived()
  const answers: string[] = []
  for (const hash of [serverHash(), '00'.repeat(32)]) {
    const randomClient = await card.fetch(start())
    answers.push(randomClient, await card.fetch(prove(randomClient.slice(0, 32))))
    answers.push(await card.fetch(confirm(hash)))
  }
  expect(answers.at(-1)).toBe('9862')
  expect(answers.join(' ')).not.toContain(toHex(ksIntNaf.reveal()))
})
