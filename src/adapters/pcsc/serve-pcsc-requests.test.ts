import { afterEach, expect, test } from 'vitest'
import { fromHex } from '../../octets/octets.ts'
import { fakeSmartcard, setFake } from './fake-smartcard.fixture.ts'
import { servePcscRequests } from './serve-pcsc-requests.ts'

const NOTHING = { kind: 'done', octets: new Uint8Array(0) }

afterEach(() => setFake(undefined))

test('requests are served in order', async () => {
  const answerTo = servePcscRequests(fakeSmartcard)
  const answers = await Promise.all([
    answerTo({ kind: 'load' }),
    answerTo({ kind: 'reset', reader: 'Good' }),
    answerTo({ kind: 'transmit', command: fromHex('00b0000000') }),
    answerTo({ kind: 'release' }),
    answerTo({ kind: 'transmit', command: fromHex('00b0000000') }),
  ])
  expect(answers).toEqual([
    NOTHING,
    { kind: 'done', octets: fromHex('3b01') },
    { kind: 'done', octets: fromHex('00b00000009000') },
    NOTHING,
    { kind: 'failed', reason: 'the card is not powered' },
  ])
})

test('bindings that cannot be loaded are missing, until they are there', async () => {
  let isThere = false
  const answerTo = servePcscRequests(() => {
    if (!isThere) throw new Error('Cannot find module')
    return fakeSmartcard()
  })
  expect(await answerTo({ kind: 'reset', reader: '' })).toEqual({ kind: 'missing' })
  isThere = true
  expect(await answerTo({ kind: 'load' })).toEqual(NOTHING)
})

test('a failure is said in plain words', async () => {
  setFake('no-service')
  const answerTo = servePcscRequests(fakeSmartcard)
  expect(await answerTo({ kind: 'reset', reader: '' })).toEqual({
    kind: 'failed',
    reason: 'pcscd is not running',
  })
})
