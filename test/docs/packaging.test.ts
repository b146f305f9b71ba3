import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createMessageMetrics } from '../../src/adapters/metrics/message-metrics.ts'
import { createProgram } from '../../src/cli/program.ts'
import { ROOT, readPage, readProjectFile } from './pages.fixture.ts'

const METRIC = /\b(?:cpns|process|nodejs)_[a-z0-9_]+\b/g

async function metricNames(): Promise<Set<string>> {
  const metrics = createMessageMetrics('bsf', '1', { monotonicMs: () => 0 })
  const text = await metrics.read()
  metrics.close()
  return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1] as string))
}

describe('packaging/grafana', () => {
  const dashboard = JSON.parse(readProjectFile('packaging/grafana/cpns.json')) as {
    panels: { title: string; targets: { expr: string }[] }[]
  }

  test.each(dashboard.panels)('$title: asks for metrics that there are', async ({ targets }) => {
    const known = await metricNames()
    const asked = targets.flatMap(({ expr }) => expr.match(METRIC) ?? [])
    expect(asked.length).toBeGreaterThan(0)
    const bare = asked.map((name) => name.replace(/_seconds_(?:bucket|sum|count)$/, '_seconds'))
    expect(bare.filter((name) => !known.has(name))).toEqual([])
  })
})

test('reference/metrics.md names the metrics of messages that there are, and all of them', async () => {
  const own = [...(await metricNames())].filter((name) => name.startsWith('cpns_'))
  const names = readPage('reference/metrics.md').match(/\bcpns_[a-z_]+/g) ?? []
  const told = new Set(names.map((name) => name.replace(/_bucket$/, '')))
  expect([...told].sort()).toEqual(own.sort())
})

describe('packaging/systemd', () => {
  const units = readdirSync(join(ROOT, 'packaging/systemd'))

  test.each(units)('%s: starts a command that there is, with flags that there are', (file) => {
    const unit = readProjectFile(`packaging/systemd/${file}`)
    const words = /^ExecStart=\/usr\/bin\/env cpns (.*)$/m.exec(unit)?.[1]?.split(' ') ?? []
    const [entity, serve, ...args] = words
    const command = createProgram()
      .commands.find((one) => one.name() === entity)
      ?.commands.find((one) => one.name() === serve)
    const flags = command?.options.map(({ long }) => long) ?? []
    expect(args.filter((word) => word.startsWith('--') && !flags.includes(word))).toEqual([])
    expect(file).toBe(`cpns-${entity}.service`)
    expect(unit).toContain(`StateDirectory=cpns/${entity}\n`)
  })
})

test('package.json: nothing that holds only in a checkout decides which packages there are', () => {
  const manifest = JSON.parse(readProjectFile('package.json')) as {
    dependencies: Record<string, string>
    overrides?: unknown
  }
  // npm looks at overrides of the folder that it installs in, never at those of a package.
  expect(manifest.overrides).toBeUndefined()
  // A package of Fastify's, held where Node.js 20 is good enough for what it needs.
  expect(manifest.dependencies['light-my-request']).toBe('6.6.0')
})
