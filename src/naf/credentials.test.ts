import { expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { formatDigestAuthorization } from '../http-digest/digest-headers.ts'
import { readCredentials, type UaOffer } from './credentials.ts'
import { NAF_BTID, NAF_FQDN } from './naf.fixture.ts'
import { createNonceDesk } from './nonce-desk.ts'

const desk = createNonceDesk(
  { lifetimeMs: 1000, remembered: 10 },
  { clock: createVirtualClock(), random: createSeededRandom('credentials') },
)
const OFFER: UaOffer = {
  nafFqdn: NAF_FQDN,
  keyUses: ['ME', 'UICC'],
  algorithms: ['MD5'],
  qops: ['auth'],
}
const GOOD = {
  username: NAF_BTID,
  realm: `3GPP-bootstrapping-uicc@${NAF_FQDN}`,
  nonce: desk.issue(),
  uri: '/',
  qop: 'auth',
  nc: '0000000a',
  cnonce: 'x',
  response: 'ab',
}

const read = (authorization: string) =>
  readCredentials({ uri: '/', headers: { authorization: [authorization] } }, OFFER, desk)

test('good ones, ready for the digest', () => {
  const { response, ...digest } = GOOD
  expect(read(formatDigestAuthorization(GOOD))).toEqual({
    outcome: 'credentials',
    btid: NAF_BTID,
    keyUse: 'UICC',
    liveNonce: { id: expect.stringMatching(/^[0-9a-f]{16}$/), issuedAtMs: 0, isAging: false },
    response,
    digest: { ...digest, algorithm: 'MD5' },
  })
})

test('the name of the scheme has no case', () => {
  expect(read(formatDigestAuthorization(GOOD).replace('Digest', 'DIGEST')).outcome).toBe(
    'credentials',
  )
})

test('a B-TID in a spelling that its BSF does not use is none', () => {
  const username = NAF_BTID.replace('bsf.example', 'BSF.example')
  expect(read(formatDigestAuthorization({ ...GOOD, username }))).toMatchObject({
    outcome: 'challenged',
    reason: 'username: no B-TID',
  })
})

test('cut off anywhere they are refused or challenged, never taken', () => {
  const whole = formatDigestAuthorization({ ...GOOD, algorithm: 'MD5' })
  for (let length = 0; length < whole.length - ', algorithm=MD5'.length; length++) {
    // Behind the response there is nothing that has to be there.
    const cut = whole.slice(0, length)
    const { outcome } = read(cut)
    if (!cut.includes('response="ab"')) expect(outcome).not.toBe('credentials')
  }
})
