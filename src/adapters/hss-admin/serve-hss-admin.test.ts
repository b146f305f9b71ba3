import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createMemoryHssStore,
  type MemoryHssStore,
} from '../../../test/support/memory-hss-store.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { parseImpi } from '../../identity/impi.ts'
import { toHex } from '../../octets/octets.ts'
import { noLog } from '../../ports/log.ts'
import type { AdminRoute } from '../rest/admin-api.ts'
import { openAdminToken } from '../rest/admin-token.ts'
import { problemSchema } from '../rest/problem.ts'
import { withFolder } from '../sqlite/sqlite.fixture.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { ADMIN_ROUTES } from './admin-routes.ts'
import { serveHssAdmin } from './serve-hss-admin.ts'

const K = '465b5ce8b199b49faa5f0a2ee238a6bc'
const OPC = 'cd63cb71954a9f4e48a5994e37a02baf'
const ALICE = { impi: 'alice@ims.example', k: K, opc: OPC }
const ALICE_PATH = `/admin/subscribers/${encodeURIComponent(ALICE.impi)}`

let store: MemoryHssStore
let url: string
let token: string
let close: () => Promise<void>
let endFolder: () => void

beforeEach(async () => {
  store = createMemoryHssStore()
  const ports = { clock: systemClock, random: createSystemRandom(), store, log: noLog }
  await new Promise<void>((ready, fail) => {
    const ended = new Promise<void>((end) => {
      endFolder = end
    })
    withFolder(async (folder) => {
      const path = join(folder, 'admin.token')
      const authorization = openAdminToken(path, ports)
      token = readFileSync(path, 'utf8').trim()
      const options = { host: '127.0.0.1', port: 0, version: '1' }
      const served = await serveHssAdmin(options, { ...ports, authorization })
      url = served.url
      close = served.close
      ready()
      await ended
    }).catch(fail)
  })
})
afterEach(async () => {
  await close()
  endFolder()
})

interface Asked {
  readonly body?: unknown
  readonly type?: string
  readonly bearer?: string | undefined
}

async function ask(method: string, path: string, asked: Asked = {}) {
  const { body, type = 'application/json', bearer = token } = asked
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && { body: text }),
  })
  const answer = await response.text()
  expect(answer.toLowerCase()).not.toContain(K)
  expect(answer.toLowerCase()).not.toContain(OPC)
  if (response.status >= 400) {
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(problemSchema.parse(JSON.parse(answer)).status).toBe(response.status)
  }
  const json = answer === '' ? undefined : (JSON.parse(answer) as Record<string, unknown>)
  return { status: response.status, json }
}

const found = () => store.findSubscriber(parseImpi(ALICE.impi))

describe('subscribers', () => {
  test('added, shown, changed and removed; keys go in and never come out', async () => {
    const shown = { impi: ALICE.impi, algorithm: 'milenage', uiccType: 'GBA_U', amf: '0000' }
    const added = await ask('POST', '/admin/subscribers', { body: ALICE })
    expect(added).toEqual({ status: 201, json: shown })
    expect(toHex((await found())?.subscriberKey.reveal() ?? new Uint8Array(0))).toBe(K)
    expect(await ask('GET', ALICE_PATH)).toEqual({ status: 200, json: shown })

    const again = await ask('POST', '/admin/subscribers', { body: { ...ALICE, amf: 'ffff' } })
    expect(again.status).toBe(409)

    await store.leaseSqn({ impi: parseImpi(ALICE.impi), owner: 'a', size: 32 })
    const change = { k: 'ab'.repeat(16), uiccType: 'GBA', keyLifetime: 60 }
    const changed = await ask('PATCH', ALICE_PATH, { body: change })
    expect(changed.json).toEqual({ ...shown, uiccType: 'GBA', keyLifetimeSeconds: 60 })
    expect(toHex((await found())?.subscriberKey.reveal() ?? new Uint8Array(0))).toBe(change.k)
    const lease = { impi: parseImpi(ALICE.impi), owner: 'a', size: 1 }
    expect(await store.leaseSqn(lease)).toMatchObject({ firstSeq: 33n })

    expect(await ask('DELETE', ALICE_PATH)).toEqual({ status: 204, json: undefined })
    for (const method of ['GET', 'DELETE']) {
      expect((await ask(method, ALICE_PATH)).status).toBe(404)
    }
    expect((await ask('PATCH', ALICE_PATH, { body: {} })).status).toBe(404)
  })

  test('page by page', async () => {
    for (const name of ['c', 'a', 'b']) {
      await ask('POST', '/admin/subscribers', { body: { ...ALICE, impi: `${name}@x.y` } })
    }
    const namesOf = ({ json }: Awaited<ReturnType<typeof ask>>) =>
      (json as { subscribers: { impi: string }[] }).subscribers.map(({ impi }) => impi)
    const first = await ask('GET', '/admin/subscribers?limit=2')
    expect([namesOf(first), first.json?.next]).toEqual([['a@x.y', 'b@x.y'], 'b@x.y'])
    const second = await ask('GET', '/admin/subscribers?limit=2&after=b%40x.y')
    expect([namesOf(second), second.json?.next]).toEqual([['c@x.y'], undefined])
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'limit=1&limit=2', 'page=1']) {
      expect((await ask('GET', `/admin/subscribers?${query}`)).status).toBe(400)
    }
  })

  test('an IMPI with every character that it may hold', async () => {
    const impi = `a/b?c#d%é€😀${'x'.repeat(200)}@ims.example`
    const path = `/admin/subscribers/${encodeURIComponent(impi)}`
    expect((await ask('POST', '/admin/subscribers', { body: { ...ALICE, impi } })).status).toBe(201)
    expect((await ask('GET', path)).json).toMatchObject({ impi })
    expect((await ask('DELETE', path)).status).toBe(204)
  })

  test.each([
    ['no IMPI', { ...ALICE, impi: 'alice' }, 'impi: not of the form user@domain'],
    ['a short K', { ...ALICE, k: 'ab' }, 'k: not 32 hex digits'],
    ['no K', { impi: ALICE.impi, opc: OPC }, 'k: '],
    ['a K that is a number', { ...ALICE, k: 1 }, 'k: '],
    ['no hex', { ...ALICE, opc: 'x'.repeat(32) }, 'opc: not an even number of hex digits'],
    ['TOPc', { ...ALICE, topc: OPC }, 'topc: milenage takes opc'],
    ['something more', { ...ALICE, role: 'admin' }, 'body: '],
    ['an array', [ALICE], 'body: '],
    ['half JSON', `{"k":"${K}`, ''],
    ['K twice', `{"__proto__":{"k":"${K}"}}`, ''],
  ])('%s: 400, and nothing is added', async (_name, body, detail) => {
    const { status, json } = await ask('POST', '/admin/subscribers', { body })
    expect([status, String(json?.detail).startsWith(detail)]).toEqual([400, true])
    expect(await store.listSubscribers({ limit: 1 })).toEqual([])
  })

  test('a path that holds no IMPI, another media type, a body too large, another method', async () => {
    expect((await ask('GET', '/admin/subscribers/alice')).status).toBe(400)
    expect((await ask('GET', '/admin/subscribers/%ff')).status).toBe(400)
    const type = 'text/csv'
    expect((await ask('POST', '/admin/subscribers', { body: ALICE, type })).status).toBe(415)
    expect((await ask('PATCH', ALICE_PATH, { body: 'k=1', type: 'text/plain' })).status).toBe(415)
    const body = { ...ALICE, more: 'x'.repeat(70_000) }
    expect((await ask('POST', '/admin/subscribers', { body })).status).toBe(413)
    expect((await ask('PUT', '/admin/subscribers', { body: {} })).status).toBe(404)
  })
})

describe('GUSS', () => {
  const guss = {
    uiccType: 'GBA_U',
    lifeTimeSeconds: 60,
    ussList: [{ gsid: 1_000_000, type: 0, uids: ['sip:a@b.c'], flags: [1], nafGroup: 'A' }],
  }

  test('shown as it was made, put whole in its place, and kept by a change', async () => {
    await ask('POST', '/admin/subscribers', { body: ALICE })
    expect((await ask('GET', `${ALICE_PATH}/guss`)).json).toEqual({
      uiccType: 'GBA_U',
      ussList: [],
    })
    expect(await ask('PUT', `${ALICE_PATH}/guss`, { body: guss })).toEqual({
      status: 200,
      json: guss,
    })
    await ask('PATCH', ALICE_PATH, { body: { amf: '8000' } })
    expect((await ask('GET', `${ALICE_PATH}/guss`)).json).toEqual(guss)
    expect((await found())?.guss).toContain('nafGroup="A"')
  })

  test('as XML with the subscriber and in a change, kept with what is not known here', async () => {
    const xml = '<guss><ussList><uss id="7" type="0"><special/></uss></ussList></guss>'
    const stored = xml.replace('<guss>', `<guss id="${ALICE.impi}">`)
    const body = { ...ALICE, guss: xml }
    expect((await ask('POST', '/admin/subscribers', { body })).status).toBe(201)
    expect((await found())?.guss).toBe(stored)
    await ask('PATCH', ALICE_PATH, { body: { amf: '8000' } })
    expect((await found())?.guss).toBe(stored)
    const other = { guss: xml.replace('7', '8'), uiccType: 'GBA_U' }
    expect((await ask('PATCH', ALICE_PATH, { body: other })).json).toMatchObject({
      uiccType: 'GBA_U',
    })
    expect((await ask('GET', `${ALICE_PATH}/guss`)).json).toMatchObject({ ussList: [{ gsid: 8 }] })
    const wrong = { guss: '<guss id="b@b.c"/>' }
    expect(await ask('PATCH', ALICE_PATH, { body: wrong })).toMatchObject({
      status: 400,
      json: { detail: expect.stringContaining('its id is not the IMPI') },
    })
  })

  test('of nobody, and none', async () => {
    expect((await ask('PUT', `${ALICE_PATH}/guss`, { body: guss })).status).toBe(404)
    await ask('POST', '/admin/subscribers', { body: ALICE })
    const before = (await found())?.guss
    expect((await ask('PUT', `${ALICE_PATH}/guss`, { body: { uiccType: 'X' } })).status).toBe(400)
    expect((await found())?.guss).toBe(before)
  })

  test.each([
    [7, 'a', 200],
    [8, 'a', 400],
    // Escaped it is four times as long.
    [2, '<', 400],
  ])(
    'of %i services, whose uids are all %j: %i, as Zh takes 60,000 octets',
    async (n, letter, is) => {
      await ask('POST', '/admin/subscribers', { body: ALICE })
      const uids = Array.from({ length: 31 }, () => letter.repeat(255))
      const body = { ussList: Array.from({ length: n }, (_, gsid) => ({ gsid, uids })) }
      const { status } = await ask('PUT', `${ALICE_PATH}/guss`, { body })
      expect(status).toBe(is)
      const { length } = (await found())?.guss ?? ''
      expect(length > 50_000 && length <= 60_000).toBe(is === 200)
    },
  )
})

describe('import', () => {
  const importing = (body: string, type = 'text/csv', query = '') =>
    ask('POST', `/admin/subscribers/import${query}`, { body, type })
  const row = (name: string) => `${name}@x.y,${K},${OPC}`

  test('CSV and JSON lines; those that are there stay; a dry run adds nothing', async () => {
    const csv = `impi,k,opc\n${row('a')}\n${row('b')}`
    const dry = await importing(csv, 'text/csv', '?dryRun=true')
    expect(dry.json).toEqual({ read: 2, added: 0, existed: 0 })
    expect((await importing(csv)).json).toEqual({ read: 2, added: 2, existed: 0 })
    const lines = ['b', 'c'].map((name) => JSON.stringify({ ...ALICE, impi: `${name}@x.y` }))
    const json = await importing(`${lines.join('\n')}\n`, 'application/x-ndjson; charset=utf-8')
    expect(json).toEqual({ status: 200, json: { read: 2, added: 1, existed: 1 } })
    expect(await store.listSubscribers({ limit: 9 })).toEqual(['a@x.y', 'b@x.y', 'c@x.y'])
  })

  test('a wrong line is named and adds nothing', async () => {
    const { status, json } = await importing(`impi,k,opc\n${row('a')}\n${row('b')},x\n`)
    expect([status, json?.detail]).toEqual([400, 'line 3: 4 cells under 3 columns'])
    expect((await importing('{}', 'application/json')).status).toBe(415)
    expect((await importing('impi', 'text/csv', '?dryRun=maybe')).status).toBe(400)
    expect(await store.listSubscribers({ limit: 1 })).toEqual([])
  })
})

describe('who may', () => {
  test.each(Object.entries<AdminRoute>(ADMIN_ROUTES))('%s', async (_name, route) => {
    const path = route.path.replace('{impi}', encodeURIComponent(ALICE.impi))
    const body = route.body === undefined ? {} : { body: 'x', type: 'no/type' }
    const { status } = await ask(route.method, path, { bearer: `${token}x`, ...body })
    expect(status).toBe(route.open ? 200 : 401)
  })

  test('beyond this machine only with TLS', async () => {
    const ports = {
      store,
      clock: systemClock,
      log: noLog,
      authorization: { authorize: () => {} },
    }
    const options = { host: '0.0.0.0', port: 0, version: '1' }
    await expect(serveHssAdmin(options, ports)).rejects.toThrow(ConfigurationInvalid)
    const served = await serveHssAdmin(
      { ...options, host: '127.0.0.1', tls: testCertificate() },
      ports,
    )
    expect(served.url).toMatch(/^https:/)
    await served.close()
  })
})

describe('health', () => {
  test('ready while the store can be written; alive even so', async () => {
    expect(await ask('GET', '/readyz')).toEqual({ status: 200, json: { status: 'ok' } })
    store.broken = true
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect((await ask('GET', '/readyz')).status).toBe(503)
    expect((await ask('GET', '/healthz')).status).toBe(200)
    expect((await ask('POST', '/admin/subscribers', { body: ALICE })).status).toBe(500)
  })
})

test('the document is served, and each route of it is there', async () => {
  const { json } = await ask('GET', '/admin/openapi.json')
  const { paths } = json as { paths: Record<string, Record<string, { responses: object }>> }
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      const at = path.replace('{impi}', encodeURIComponent(ALICE.impi))
      const { status } = await ask(method.toUpperCase(), at)
      expect(Object.keys(responses).map(Number), `${method} ${path}`).toContain(status)
    }
  }
})

test('whatever body comes, the answer is one of the document', async () => {
  const field = fc.constantFrom('impi', 'k', 'opc', 'topc', 'algorithm', 'amf', 'uiccType', 'x')
  const value = fc.oneof(fc.string(), fc.constantFrom(K, OPC, 'tuak', 'a@b.c'), fc.jsonValue())
  await fc.assert(
    fc.asyncProperty(fc.dictionary(field, value), async (body) => {
      const { status } = await ask('POST', '/admin/subscribers', { body })
      expect([201, 400, 409]).toContain(status)
    }),
    { numRuns: 150, seed: 4 },
  )
})
