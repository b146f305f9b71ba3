import { describe, expect, test } from 'vitest'
import { assertIdentity, formatAssertedIdentity } from './asserted-identity.ts'
import { NAF_BTID, NAF_IMPI } from './naf.fixture.ts'

const uss = (gsid: number, ...uids: string[]) => ({ gsid, type: 0, uids, flags: [] })
const SUBSCRIBER = {
  btid: NAF_BTID,
  impi: NAF_IMPI,
  ussList: [uss(1), uss(2, 'sip:a@b', 'say "hi"')],
}

describe('without an intention', () => {
  test('the first identity of the settings', () => {
    expect(assertIdentity([], SUBSCRIBER)).toEqual({ outcome: 'asserted', identity: 'sip:a@b' })
  })

  test('else the IMPI', () => {
    const identity = NAF_IMPI
    expect(assertIdentity([], { ...SUBSCRIBER, ussList: [] })).toMatchObject({ identity })
  })
})

describe('a subscriber whom the BSF does not name', () => {
  const unnamed = { btid: NAF_BTID, ussList: [uss(1)] }

  test('is the B-TID, unless the settings say more', () => {
    expect(assertIdentity([], unnamed)).toMatchObject({ identity: NAF_BTID })
    const named = { ...unnamed, ussList: SUBSCRIBER.ussList }
    expect(assertIdentity([], named)).toMatchObject({ identity: 'sip:a@b' })
  })

  test('cannot intend to be an IMPI', () => {
    expect(assertIdentity([`"${NAF_IMPI}"`], unnamed)).toMatchObject({ status: 403 })
    expect(assertIdentity(['"undefined"'], unnamed)).toMatchObject({ status: 403 })
  })
})

describe('with an intention', () => {
  test.each(['"sip:a@b"', ' "sip:a@b" ', '"sip\\:a@b"', '"say \\"hi\\""', `"${NAF_IMPI}"`])(
    '%s is the subscriber’s',
    (value) => {
      expect(assertIdentity([value], SUBSCRIBER).outcome).toBe('asserted')
    },
  )

  test.each(['"sip:c@d"', '"SIP:a@b"', '"sip:a@b "'])('%s is not', (value) => {
    expect(assertIdentity([value], SUBSCRIBER)).toMatchObject({ status: 403 })
  })

  test.each([
    [['']],
    [['sip:a@b']],
    [['""']],
    [['"sip:a@b']],
    [['"sip:a@b", "x"']],
    [['"a\u0000b"']],
    [[`"${'a'.repeat(512)}"`]],
    [['"sip:a@b"', '"sip:a@b"']],
  ])('%j is 400', (values) => {
    expect(assertIdentity(values, SUBSCRIBER)).toMatchObject({ status: 400 })
  })
})

test.each([
  ['sip:a@b', '"sip:a@b"'],
  ['say "hi"\\', '"say \\"hi\\"\\\\"'],
  ['é\r\n', '"%C3%A9%0D%0A"'],
  ['\ud800', '"%EF%BF%BD"'],
])('%j as a header', (identity, value) => {
  expect(formatAssertedIdentity(identity)).toBe(value)
})
