/** The units as systemd itself reads them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { findInteropTool } from '../support/interop-tool.ts'

const UNITS = resolve(import.meta.dirname, '..', '..', 'packaging', 'systemd')
const analyze = findInteropTool('systemd-analyze', 'systemd')
const folder = mkdtempSync(join(tmpdir(), 'cpns-units-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(analyze === undefined)('systemd-analyze verify', () => {
  test.each(readdirSync(UNITS))('%s: nothing to complain about', async (file) => {
    const { status, stdout, stderr } = await analyze!.run(['verify', join(UNITS, file)])
    const said = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('cpns'))
    expect([status, said]).toEqual([0, []])
  })

  test('and it would complain', async () => {
    const text = readFileSync(join(UNITS, 'cpns-bsf.service'), 'utf8')
    const broken = join(folder, 'cpns-broken.service')
    writeFileSync(broken, text.replace('RestartSec=', 'RestrtSec='))
    const { stderr } = await analyze!.run(['verify', broken])
    expect(stderr).toContain('RestrtSec')
  })
})
