import { expect, test } from 'vitest'
import {
  formatMachine,
  formatResult,
  formatWire,
  readMachine,
  roundedResult,
} from './bench-report.ts'

const MACHINE = { cpu: 'Model 9', cores: 4, load: 0.5, node: 'v20.20.2', openssl: '3.0.19' }
const RESULT = {
  title: 'THINGS',
  figures: [
    { name: 'base', perSecond: 1_234_567.8, microseconds: 0.81, ratio: 1, limit: 'The base.' },
    { name: 'other', perSecond: 617_283.9, microseconds: 1.62, ratio: 2, limit: 'Itself.' },
  ],
}

test('the machine is named with what ran on it', () => {
  expect(formatMachine(MACHINE)).toBe('Node v20.20.2, OpenSSL 3.0.19; Model 9, 4 cores, load 0.5')
  const machine = readMachine()
  expect(machine.cores).toBeGreaterThan(0)
  expect([machine.node, machine.openssl]).toEqual([process.version, process.versions.openssl])
})

test('a table: two lines a figure under a heading', () => {
  expect(formatResult(RESULT).split('\n')).toEqual([
    '  THINGS                                          a second        µs   × first',
    '  base                                           1,234,568     0.810     1.000',
    '      The base.',
    '  other                                            617,284     1.620     2.000',
    '      Itself.',
  ])
})

test('in JSON rates are whole numbers', () => {
  const [base, other] = RESULT.figures
  expect(roundedResult(RESULT)).toEqual({
    title: 'THINGS',
    figures: [
      { ...base, perSecond: 1_234_568 },
      { ...other, perSecond: 617_284 },
    ],
  })
})

test('loads above their baselines, in 80 columns', () => {
  const load = { inFlight: 32, perSecond: 2500.4, p50: 1.234, p99: 30.5, cpu: [210.4, 380] }
  const baseline = { ...load, perSecond: 5000, cpu: [50, 40] }
  const text = formatWire({ own: 'ours', baseline: 'bare '.repeat(20).trim() }, [
    { ...load, baseline, ratio: 0.5 },
  ])
  expect(text.split('\n')).toEqual([
    '  ours',
    `  baseline: ${'bare '.repeat(13).trim()}`,
    `  ${'bare '.repeat(7).trim()}`,
    '  in flight              a second    p50 ms    p99 ms          CPU µs   share',
    '         32  ours           2,500      1.23     30.50         210+380    0.50',
    '             baseline       5,000      1.23     30.50           50+40',
  ])
})

test.each(['records', 'undici'])('%s stands between a figure and its baseline', (name) => {
  const load = { inFlight: 64, perSecond: 1000, p50: 1, p99: 2, cpu: [30, 20, 50] }
  const baseline = { ...load, perSecond: 5000, cpu: [5, 5, 5] }
  const beside = { ...load, perSecond: 1250, cpu: [10, 15, 20] }
  const text = formatWire({ own: 'ours', baseline: 'bare' }, [
    { ...load, baseline, [name]: beside, ratio: 0.2 },
  ])
  expect(text.split('\n').slice(3)).toEqual([
    '         64  ours           1,000      1.00      2.00        30+20+50    0.20',
    `             ${name.padEnd(7)}        1,250      1.00      2.00        10+15+20    0.25`,
    '             baseline       5,000      1.00      2.00           5+5+5',
  ])
})
