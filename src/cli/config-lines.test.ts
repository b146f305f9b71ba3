import { expect, test } from 'vitest'
import { linesOfValues } from './config-lines.ts'

test('a line each in 80 columns; what has no room stands below, each value of a list by itself', () => {
  const long = [`a.example.org=${'x'.repeat(30)}`, `b.example.org=${'y'.repeat(30)}`]
  const lines = linesOfValues([
    { key: 'data', value: './bsf', from: 'file bsf.json' },
    { key: 'http2Listen', value: null, from: 'default' },
    { key: 'hss', value: ['hss.ims.example=127.0.0.1:1'], from: 'flag --hss' },
    { key: 'naf', value: long, from: 'environment CPNS_BSF_NAF' },
    { key: 'traceFile', value: '/'.padEnd(100, 'z'), from: 'default' },
  ])
  expect(lines).toEqual([
    `data         "./bsf"                          file bsf.json`,
    `http2Listen  -                                default`,
    `hss          ["hss.ims.example=127.0.0.1:1"]  flag --hss`,
    `naf          environment CPNS_BSF_NAF:`,
    ...long.map((one) => `    "${one}"`),
    `traceFile    default:`,
    `    "${'/'.padEnd(100, 'z')}"`,
  ])
})

test('where nothing fits, and where there is nothing', () => {
  const value = 'v'.repeat(70)
  expect(linesOfValues([{ key: 'a', value, from: 'default' }])).toEqual([
    'a  default:',
    `    "${value}"`,
  ])
  expect(linesOfValues([])).toEqual([])
})
