import { expect, test } from 'vitest'
import { SERVER_ID } from '../../test/support/cpns-world.ts'
import { decodeMessage } from '../cpns/messages.ts'
import { encodeError, errorOf, refuseConnect } from './answers.ts'

const to = { transactionId: 't', serverEntityId: SERVER_ID }

test('a refusal has its status and hints, and no proof', () => {
  expect(decodeMessage(refuseConnect(to, 421, { keyType: 'ks-int-naf' }))).toEqual({
    name: 'ConnectResponse',
    transactionId: 't',
    entityId: SERVER_ID,
    status: 421,
    keyType: 'ks-int-naf',
  })
})

test('an Error has the exchange that it is about, if that is known', () => {
  const about = { serverEntityId: SERVER_ID, status: 400, detail: 'why' } as const
  expect(decodeMessage(encodeError(about))).toEqual({
    name: 'Error',
    entityId: SERVER_ID,
    status: 400,
    detail: 'why',
  })
  expect(errorOf({ ...about, transactionId: 't' }).transactionId).toBe('t')
})

test('a long detail is cut to what fits', () => {
  const octets = encodeError({ serverEntityId: SERVER_ID, status: 400, detail: 'x'.repeat(9999) })
  expect(decodeMessage(octets)).toMatchObject({ detail: 'x'.repeat(256) })
})

test('no character of it is cut in two, for half a one can stand in no message', () => {
  const detail = `x${'\u{10000}'.repeat(300)}`
  const octets = encodeError({ serverEntityId: SERVER_ID, status: 400, detail })
  expect(decodeMessage(octets)).toMatchObject({ detail: `x${'\u{10000}'.repeat(255)}` })
})
