import { expect, test } from 'vitest'
import { ALGORITHMS } from '../../src/cpns/algorithms.ts'
import { computeHmacHash } from '../../src/cpns/handshake-hash.ts'
import { isAcceptedCost } from '../../src/cpns/password-keys.ts'
import { deriveSessionId, deriveSessionKey } from '../../src/cpns/session-keys.ts'
import { transcriptOf } from '../../src/cpns/transcript.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { fromHex, toHex } from '../../src/octets/octets.ts'
import { allSources, codesIn, readPage, readProjectFile, tableUnder } from './pages.fixture.ts'

const page = readPage('reference/handshake.md')
const example = new Map(
  tableUnder(page, 'A worked example').rows.map(([item = '', octets = '']) => [
    item,
    codesIn(octets)[0] ?? '',
  ]),
)
const octetsOf = (item: string): Uint8Array => fromHex(example.get(item) ?? '')

test('every label of the protocol is on the pages that third parties read', () => {
  const sources = allSources().filter(({ path }) => path.startsWith('src/cpns/'))
  const labels = sources.flatMap(({ text }) =>
    [...text.matchAll(/'(CPNS [a-z ]+)'/g)].map(([, label = '']) => label),
  )
  expect(labels.length).toBeGreaterThan(9)
  const pages = page + readPage('reference/records.md')
  expect(labels.filter((label) => !new RegExp(`["\`]${label}["\`]`).test(pages))).toEqual([])
})

test('the worked example is that of the vectors', () => {
  const vectors = readProjectFile('test/vectors/cpns-handshake.json')
  expect([...example.values()].filter((octets) => !vectors.includes(`"${octets}"`))).toEqual([])
})

test('the worked example comes out of the code', () => {
  const euKey = Secret.of(octetsOf('EUKey'))
  const two = [octetsOf('D1'), octetsOf('D2')] as const
  const three = [...two, octetsOf('D3')]
  expect(computeHmacHash(euKey, 'connect-client', transcriptOf(two))).toEqual(
    octetsOf('HASH of the client'),
  )
  expect(computeHmacHash(euKey, 'connect-server', transcriptOf(three))).toEqual(
    octetsOf('HASH of the server'),
  )
  const randoms = { randomClient: octetsOf('Rc'), randomServer: octetsOf('Rs') }
  const sessionKey = deriveSessionKey(euKey, { ...randoms, digests: two })
  expect(toHex(sessionKey.reveal())).toBe(example.get('session key'))
  expect(deriveSessionId(sessionKey)).toBe(example.get('SessionID'))
})

test('the algorithms, and the costs that a client accepts', () => {
  const { rows } = tableUnder(page, 'Algorithms')
  expect(rows.map(([name = '']) => codesIn(name)[0])).toEqual([...ALGORITHMS])
  expect(page).toContain('N of 16384, 32768, 65536 or 131072, r 8 and p 1 to 5')
  const costs = [8192, 16_384, 32_768, 65_536, 131_072, 262_144].flatMap((n) =>
    [4, 8, 16].flatMap((r) => [1, 5, 6].map((p) => ({ n, r, p }))),
  )
  for (const cost of costs) {
    const { n, r, p } = cost
    expect(isAcceptedCost(cost)).toBe(n >= 16_384 && n <= 131_072 && r === 8 && p <= 5)
  }
})
