/** Every message gets exactly one answer, whatever it is. Design 6, 7 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  gbaUAnswer,
  SERVER_ID,
} from '../../test/support/cpns-world.ts'
import { answerChallenge, begin, connect, post, statusOf } from '../../test/support/hand-client.ts'
import { decodeMessage, encodeMessage } from '../cpns/messages.ts'
import { utf8 } from '../octets/octets.ts'

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
})

afterEach(async () => {
  await world.close()
})

const NAMESPACE = 'xmlns="urn:oma:xml:cpns:core:1.1"'

describe('what cannot be read is Error 400', () => {
  test.each([
    ['no XML', 'hello'],
    ['nothing', ''],
    ['a DTD', `<!DOCTYPE a [<!ENTITY x "y">]><ConnectRequest ${NAMESPACE}/>`],
    ['deep nesting', '<a>'.repeat(600)],
    ['over 4 KiB', `<ConnectRequest ${NAMESPACE} Role="${'x'.repeat(5000)}"/>`],
    ['another namespace', '<ConnectRequest xmlns="urn:example"/>'],
    ['no message', `<Hello ${NAMESPACE}/>`],
    ['a long name outside the BMP', `<a${'\u{10000}'.repeat(64)} ${NAMESPACE}/>`],
  ])('%s', async (_, text) => {
    const answer = await world.server.answerPost(utf8(text), '192.0.2.1')
    expect(answer.unreadable).toBe(true)
    expect(answer.transactionId).toBeUndefined()
    expect(decodeMessage(answer.octets)).toMatchObject({ name: 'Error', status: 400 })
  })

  test('a missing attribute is named', async () => {
    const text = `<ConnectRequest ${NAMESPACE} TransactionID="t" EntityID="urn:x:y" Role="pn-gw"/>`
    const answer = decodeMessage(await post(world, utf8(text)))
    expect(answer).toMatchObject({ name: 'Error', detail: expect.stringContaining('RAND') })
  })

  test('the Error names the exchange, if that could be read', async () => {
    const text = (id: string) =>
      `<ConnectRequest ${NAMESPACE} ${id} EntityID="urn:x:y" Role="pn-gw"/>`
    const exchange = async (id: string) =>
      decodeMessage(await post(world, utf8(text(id)))).transactionId
    expect(await exchange('TransactionID="t&amp;1"')).toBe('t&1')
    expect(await exchange('TransactionID=""')).toBeUndefined()
    expect(await exchange('xmlns:f="urn:f" f:TransactionID="t"')).toBeUndefined()
  })

  test('what cpns-1.0 refuses is named in its exchange', async () => {
    const other = createCpnsWorld({ algorithms: ['SHA-1'] })
    other.zn.know(btidOf(1), gbaUAnswer(1, other.clock))
    const { answer } = await begin(other, { algorithms: ['SHA-1'], transactionId: 'a b' })
    expect(decodeMessage(answer)).toMatchObject({
      name: 'Error',
      status: 400,
      transactionId: 'a b',
    })
    await other.close()
  })
})

describe('what can be read and is not expected', () => {
  test('a message that a server does not take is Error 400 in its exchange', async () => {
    const { firstAnswer } = await connect(world)
    const answer = await world.server.answerPost(encodeMessage(firstAnswer), '192.0.2.1')
    expect(answer.unreadable).toBeUndefined()
    expect(decodeMessage(answer.octets)).toMatchObject({
      name: 'Error',
      status: 400,
      transactionId: 't-1',
    })
  })

  test('an Error is marked, so that it is answered only where there must be an answer', async () => {
    const error = { name: 'Error', entityId: SERVER_ID, status: 400, detail: '?' } as const
    const answer = await world.server.answerPost(encodeMessage(error), '192.0.2.1')
    expect(answer.isToError).toBe(true)
    expect(statusOf(answer.octets)).toBe(400)
  })
})

describe('when the server cannot', () => {
  test('a store that fails is 503 in its exchange, logged without a secret', async () => {
    const { send } = await answerChallenge(await begin(world))
    await world.store.close()
    expect(decodeMessage(await post(world, send as Uint8Array))).toMatchObject({
      name: 'Error',
      status: 503,
      transactionId: 't-1',
    })
    const where = { point: 'CPNS-2', transactionId: 't-1', code: 'store-failed' }
    expect(world.logLines).toMatchObject([{ event: 'handshake-failed', fields: where }])
  })

  test('our own mistake is 500', async () => {
    world.zn.requestBootstrappingInfo = async () => {
      throw new TypeError('a mistake')
    }
    expect(statusOf((await begin(world)).answer)).toBe(500)
  })
})

test('both ways are traced', async () => {
  await begin(world)
  expect(world.traced).toMatchObject([
    { point: 'CPNS-2', side: 'received', to: SERVER_ID, message: 'ConnectRequest' },
    { point: 'CPNS-2', side: 'sent', from: SERVER_ID, message: 'AuthenticateRequest' },
  ])
})
