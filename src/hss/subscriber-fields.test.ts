import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseGuss } from '../gba/guss.ts'
import { toHex } from '../octets/octets.ts'
import type { Subscriber } from './hss-store.ts'
import {
  changedSubscriber,
  describeSubscriber,
  gussOf,
  shownSubscriberSchema,
  subscriberChangeSchema,
  subscriberFieldsSchema,
  subscriberOf,
} from './subscriber-fields.ts'

const K = '465b5ce8b199b49faa5f0a2ee238a6bc'
const OPC = 'cd63cb71954a9f4e48a5994e37a02baf'
const MILENAGE = subscriberOf(
  subscriberFieldsSchema.parse({ impi: 'alice@ims.example', k: K, opc: OPC, keyLifetime: 60 }),
)
const TUAK = subscriberOf(
  subscriberFieldsSchema.parse({
    impi: 'bob@ims.example',
    algorithm: 'tuak',
    k: K,
    topc: OPC + OPC,
    uiccType: 'GBA',
  }),
)

const keysOf = ({ subscriberKey, operatorVariant }: Subscriber) =>
  [subscriberKey, operatorVariant].map((key) => toHex(key.reveal()))

test('what may be seen of a subscriber: no key', () => {
  expect(shownSubscriberSchema.parse(describeSubscriber(MILENAGE))).toEqual({
    impi: 'alice@ims.example',
    algorithm: 'milenage',
    uiccType: 'GBA_U',
    amf: '0000',
    keyLifetimeSeconds: 60,
  })
  expect(describeSubscriber(TUAK)).not.toHaveProperty('keyLifetimeSeconds')
})

test('one without GUSS: GBA_ME, no services', () => {
  const { guss: _, ...bare } = MILENAGE
  expect(describeSubscriber(bare)).toMatchObject({ uiccType: 'GBA' })
  expect(gussOf(bare)).toEqual({ ussList: [] })
})

describe('a change', () => {
  const change = (subscriber: Subscriber, wish: object) =>
    changedSubscriber(subscriber, subscriberChangeSchema.parse(wish))

  test('of nothing', () => {
    const same = change(TUAK, {})
    expect(keysOf(same)).toEqual(keysOf(TUAK))
    expect(same).toMatchObject({ algorithm: 'tuak', tuak: TUAK.tuak })
    expect(parseGuss(same.guss ?? '')).toEqual(parseGuss(TUAK.guss ?? ''))
  })

  test('of K, of OPc, of AMF, of the card, of the lifetime', () => {
    const k = 'ab'.repeat(16)
    expect(keysOf(change(MILENAGE, { k }))).toEqual([k, OPC])
    expect(keysOf(change(MILENAGE, { opc: k }))).toEqual([K, k])
    expect(describeSubscriber(change(MILENAGE, { amf: '8000' }))).toMatchObject({ amf: '8000' })
    expect(describeSubscriber(change(MILENAGE, { uiccType: 'GBA' }))).toMatchObject({
      uiccType: 'GBA',
      keyLifetimeSeconds: 60,
    })
    const none = change(MILENAGE, { keyLifetime: null })
    expect(describeSubscriber(none)).not.toHaveProperty('keyLifetimeSeconds')
  })

  test('of the algorithm takes both keys, and leaves no TUAK lengths behind', () => {
    const changed = change(TUAK, { algorithm: 'milenage', k: K, opc: OPC })
    expect(keysOf(changed)).toEqual([K, OPC])
    expect(changed).not.toHaveProperty('tuak')
    expect(change(changed, { algorithm: 'tuak', k: K, topc: OPC + OPC }).tuak).toBeDefined()
  })

  test('keeps the services', () => {
    const guss = MILENAGE.guss?.replace('<ussList/>', '<ussList><uss id="1" type="0"/></ussList>')
    expect(guss).toContain('<uss ')
    const changed = change({ ...MILENAGE, guss: guss ?? '' }, { uiccType: 'GBA' })
    expect(gussOf(changed).ussList).toMatchObject([{ gsid: 1 }])
  })

  test.each([
    ['k: not 32 hex digits', MILENAGE, { k: 'ab' }],
    ['k: not an even number of hex digits', MILENAGE, { k: 'xx' }],
    ['topc: milenage takes opc', MILENAGE, { topc: OPC }],
    ['opc: tuak takes topc', TUAK, { opc: OPC }],
    ['k: it is missing', TUAK, { algorithm: 'milenage', opc: OPC }],
    ['opc: it is missing', TUAK, { algorithm: 'milenage', k: K }],
    ['amf: not 4 hex digits', TUAK, { amf: '00' }],
  ])('%s', (message, subscriber, wish) => {
    expect(() => change(subscriber, wish)).toThrow(InvalidMessage)
    expect(() => change(subscriber, wish)).toThrow(message)
  })
})

describe('a GUSS as XML', () => {
  const XML =
    '<guss id="alice@ims.example"><bsfInfo><uiccType>GBA</uiccType><lifeTime>9</lifeTime></bsfInfo>' +
    '<ussList><uss id="1" type="0"><special level="7"/></uss></ussList></guss>'
  const fields = { impi: 'alice@ims.example', k: K, opc: OPC, guss: XML }
  const made = (more: object = {}) =>
    subscriberOf(subscriberFieldsSchema.parse({ ...fields, ...more }))
  const change = (wish: object, before = made()) =>
    changedSubscriber(before, subscriberChangeSchema.parse(wish))

  test('is kept as it is, and says type and lifetime', () => {
    expect(made().guss).toBe(XML)
    expect(describeSubscriber(made())).toMatchObject({ uiccType: 'GBA', keyLifetimeSeconds: 9 })
    expect(describeSubscriber(made({ guss: '<guss/>' }))).toMatchObject({ uiccType: 'GBA' })
  })

  test.each([
    [{ uiccType: 'GBA_U' }, 'uiccType: GBA_U here, but GBA in guss'],
    [{ keyLifetime: 60 }, 'keyLifetime: 60 here, but 9 in guss'],
  ])('does not say another thing than %j', (more, message) => {
    expect(() => made(more)).toThrow(message)
    expect(() => change({ guss: XML, ...more })).toThrow(message)
    const said = describeSubscriber(made({ ...more, guss: '<guss/>' }))
    expect(said).toMatchObject('uiccType' in more ? more : { keyLifetimeSeconds: 60 })
  })

  test('comes in place of the whole one', () => {
    expect(change({ guss: '<guss/>' }).guss).toBe('<guss id="alice@ims.example"/>')
    expect(() => change({ guss: XML, keyLifetime: null })).toThrow('none here, but 9 in guss')
    expect(() => change({ guss: '<guss id="bob@ims.example"/>' })).toThrow('guss: its id is not')
  })

  test('a change of anything else keeps it, and one of the type what is not known here', () => {
    expect(change({ amf: '8000', k: 'ab'.repeat(16) }).guss).toBe(XML)
    expect(change({ uiccType: 'GBA_U', keyLifetime: null }).guss).toBe(
      XML.replace('GBA<', 'GBA_U<').replace('<lifeTime>9</lifeTime>', ''),
    )
  })

  test('one without gets one only for type or lifetime', () => {
    const { guss: _, ...bare } = made()
    expect(change({ amf: '8000' }, bare)).not.toHaveProperty('guss')
    expect(gussOf(change({ keyLifetime: 60 }, bare))).toMatchObject({ lifeTimeSeconds: 60 })
  })

  test('a type that would make it too large is refused', () => {
    const [head, tail] = ['<guss id="alice@ims.example"><more>', '</more></guss>']
    const guss = `${head}${'x'.repeat(60_000 - head.length - tail.length)}${tail}`
    expect(made({ guss }).guss).toHaveLength(60_000)
    const wish = { uiccType: 'GBA_U' }
    expect(() => change(wish, made({ guss }))).toThrow('guss: over 60000 octets')
  })
})

test('a lifetime is one that a GUSS can hold', () => {
  for (const keyLifetime of [0, 1.5, 2 ** 31, '60']) {
    const fields = { impi: 'a@b.c', k: K, opc: OPC, keyLifetime }
    expect(subscriberFieldsSchema.safeParse(fields).success).toBe(false)
  }
})
