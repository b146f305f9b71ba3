import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import type { TraceItem } from '../trace/trace.ts'
import { challengeOf, createNafWorld, NAF_BTID, NAF_FQDN, NAF_IMPI } from './naf.fixture.ts'
import { createUaTracer } from './ua-trace.ts'

const realm = `3GPP-bootstrapping@${NAF_FQDN}`

function tracerOf(end: 'UE' | 'NAF') {
  const traced: TraceItem[] = []
  const trace = (item: TraceItem): void => void traced.push(item)
  const clock = createVirtualClock(7)
  const tracer = createUaTracer({ trace, clock, end, ueName: 'UE', nafName: 'NAF' })
  return { traced, tracer }
}

describe('an event', () => {
  test('of each message, from each end', () => {
    for (const end of ['UE', 'NAF'] as const) {
      const { traced, tracer } = tracerOf(end)
      tracer.request({ method: 'GET', uri: '/', headers: {} })
      tracer.answer({ status: 204, headers: {} })
      const base = { kind: 'message', atMs: 7, point: 'Ua', wire: expect.any(Function) }
      const [one, two] = end === 'UE' ? ['sent', 'received'] : ['received', 'sent']
      expect(traced).toEqual([
        { ...base, side: one, from: 'UE', to: 'NAF', message: 'GET', fields: { uri: '/' } },
        { ...base, side: two, from: 'NAF', to: 'UE', message: '204', fields: { status: 204 } },
      ])
    }
  })

  test.each(['nonsense', 'Digest realm="x'])(
    'of a header that is %j shows none of it',
    (header) => {
      const { traced, tracer } = tracerOf('NAF')
      tracer.request({ method: 'GET', uri: '/', headers: { authorization: header } })
      tracer.answer({ status: 401, headers: { 'www-authenticate': [header] } })
      expect(traced).toMatchObject([{ fields: { uri: '/' } }, { fields: { status: 401 } }])
    },
  )
})

test('a NAF writes what it is asked and what it refuses, and who was let through', async () => {
  const traced: TraceItem[] = []
  const world = createNafWorld({}, (item) => traced.push(item))
  const challenge = await challengeOf(world)
  await world.askWithKey({ challenge })
  expect(traced).toMatchObject([
    { message: 'GET', side: 'received', fields: { uri: '/a?b=c' } },
    { message: '401', side: 'sent', fields: { realm, algorithm: 'SHA-256', qop: 'auth,auth-int' } },
    {
      message: 'GET',
      fields: { 'B-TID': NAF_BTID, realm, algorithm: 'SHA-256', qop: 'auth', nc: '00000001' },
    },
    { kind: 'note', text: `${NAF_IMPI} proved to have Ks_ext_NAF` },
  ])
  expect(JSON.stringify(traced)).not.toContain('response')
})
