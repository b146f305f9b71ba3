/** Metrics of four processes at work, read by Prometheus' own parser for Python. Design 11 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findInteropTool } from '../support/interop-tool.ts'
import { NETWORK_IDS, type ProcessNetwork, startNetwork } from '../support/process-network.ts'
import { runCpns } from '../support/run-cpns.ts'

const PACKAGE = 'python3-prometheus-client'
const SCRIPT = join(import.meta.dirname, 'prometheus-exposition.py')
const PARSER = '/usr/lib/python3/dist-packages/prometheus_client/parser.py'
const ENTITIES = ['hss', 'bsf', 'server', 'gateway'] as const

// Debian's Python, whose modules come from packages.
const python = findInteropTool('python3', 'python3', { ...process.env, PATH: '/usr/bin' })
const parser = python && findModule()

function findModule(): typeof python {
  try {
    readFileSync(PARSER)
    return python
  } catch {
    return findInteropTool(PACKAGE, PACKAGE)
  }
}

type Families = Readonly<Record<string, { type: string; labels: string[]; samples: number }>>

async function parse(text: string): Promise<Families> {
  const { status, stdout, stderr } = await parser!.run([SCRIPT], 20_000, text)
  expect([status, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as Families
}

describe.skipIf(parser === undefined)('metrics of a network at work', () => {
  let network: ProcessNetwork
  beforeAll(async () => {
    network = await startNetwork(() => ['--metrics', '127.0.0.1:0'])
    await network.pairSensor()
    const data = ['--data', network.path('sensor')]
    const sent = await runCpns(['pne', 'send', ...data, '--to', NETWORK_IDS.sensor, 'hello'])
    expect(sent.status, sent.stderr).toBe(0)
    const heard = await runCpns(['pne', 'listen', ...data, '--count', '1'])
    expect(heard.stdout).toContain('hello')
  }, 300_000)
  afterAll(() => network?.close())

  const textOf = async (entity: (typeof ENTITIES)[number]): Promise<string> =>
    await (await fetch(network[entity].said('metrics'))).text()

  test.each(ENTITIES)('%s: it parses, buckets add up, no label has an identity', async (entity) => {
    const text = await textOf(entity)
    const families = await parse(text)
    expect(families.cpns_messages).toMatchObject({ type: 'counter' })
    const labels = Object.entries(families)
      .filter(([name]) => name.startsWith('cpns_'))
      .flatMap(([, family]) => family.labels)
    const known = ['entity', 'exchange', 'le', 'message', 'point', 'result', 'side', 'version']
    expect(labels.filter((label) => !known.includes(label))).toEqual([])
    // Of the labels only: a duration may have the digits of an IMSI.
    const values = [...text.matchAll(/="([^"]*)"/g)].map(([, value]) => value)
    expect(values.length).toBeGreaterThan(0)
    expect(values.filter((value) => /urn:|@|00101/.test(value ?? ''))).toEqual([])
  })

  test.each([
    ['hss', 'exchange', 'point="Zh",side="sent"'],
    ['bsf', 'exchange', 'point="Zh",side="received"'],
    ['bsf', 'exchange', 'point="Ub",side="sent"'],
    ['bsf', 'exchange', 'point="Zn",side="sent"'],
    ['server', 'exchange', 'point="Zn",side="received"'],
    ['server', 'handshake', 'point="CPNS-2",exchange="connect",side="sent"'],
    ['server', 'delivery', ''],
    ['gateway', 'exchange', 'point="Ub",side="received"'],
    ['gateway', 'handshake', 'point="CPNS-2",exchange="connect",side="received"'],
  ] as const)('%s: %s durations of %s', async (entity, kind, labels) => {
    const text = await textOf(entity)
    const line = text.match(new RegExp(`^cpns_${kind}_duration_seconds_count{.*${labels}.*$`, 'm'))
    expect(Number(line?.[0].split(' ')[1])).toBeGreaterThan(0)
  })
})
