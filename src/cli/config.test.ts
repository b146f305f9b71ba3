import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CONFIGURED } from './config-schema.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-config-'))
  file = join(folder, 'c.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const config = (...words: string[]) => runProgram(['config', ...words])

describe.each(CONFIGURED)('%s', (entity) => {
  test('a file that was begun is good, is what its schema says, and is shown', async () => {
    expect(await config('init', entity, '--out', file)).toMatchObject({ status: 0, stderr: '' })
    expect(await config('check', entity, file)).toEqual({
      status: 0,
      stdout: `${file} can be used.\n`,
      stderr: '',
    })
    const written: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const beside = readFileSync(join(folder, 'c.schema.json'), 'utf8')
    expect(written).toHaveProperty('$schema', './c.schema.json')
    expect((await config('schema', entity)).stdout).toBe(beside)
    const schema = z.fromJSONSchema(JSON.parse(beside) as never)
    expect(schema.safeParse(written).error).toBeUndefined()
    const { stdout } = await config('show', entity, '--config', file)
    expect(stdout).toContain(`file ${file}\n`)
  })
})

test('nothing is overwritten', async () => {
  writeFileSync(file, 'mine')
  expect(usageErrorOf(await config('init', 'bsf', '--out', file))).toContain('there already')
  expect(readFileSync(file, 'utf8')).toBe('mine')
  const nowhere = join(folder, 'none', 'c.json')
  expect(usageErrorOf(await config('init', 'bsf', '--out', nowhere))).toContain('ENOENT')
})

test('all faults by line and column, in order, with exit status 2', async () => {
  const lines = [
    '{',
    '  "colour": "red",',
    '  "name": "a name",',
    '  "keyLifetime": "long",',
    '    "hss": ["hss.ims.example"],',
    '  "data": {}',
    '}',
  ]
  writeFileSync(file, lines.join('\n'))
  const { status, stdout, stderr } = await config('check', 'bsf', file)
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `cpns: configuration ${file}: 5 faults\n`,
  })
  const faults = stdout.trimEnd().split('\n')
  expect(faults).toHaveLength(5)
  expect(faults[0]).toBe(`${file}:2:3: colour: no such option`)
  expect(faults[1]).toContain(`${file}:3:3: name: `)
  expect(faults[2]).toContain(`${file}:4:3: keyLifetime: `)
  expect(faults[3]).toBe(`${file}:5:5: hss: hss.ims.example is not ORIGIN-HOST=HOST:PORT`)
  expect(faults[4]).toContain(`${file}:6:3: data: `)
})

test('of no JSON, where it stops being JSON', async () => {
  writeFileSync(file, '{\n  "name": oops\n}')
  for (const entity of CONFIGURED) {
    const { status, stdout } = await config('check', entity, file, '--json')
    expect(status).toBe(2)
    expect(JSON.parse(stdout)).toEqual({ file, line: 2, column: 11, reason: 'not JSON' })
  }
  expect(usageErrorOf(await config('check', 'bsf', join(folder, 'none')))).toContain('ENOENT')
  expect(usageErrorOf(await config('check', 'router', file))).toContain('router')
})

test('what would be used, with flags behind --', async () => {
  const { stdout } = await config('show', 'bsf', '--json', '--', '--listen', '127.0.0.1:9')
  expect(JSON.parse(stdout)).toMatchObject({
    listen: { value: '127.0.0.1:9', from: 'flag --listen' },
    znListen: { value: '127.0.0.1:3868', from: 'default' },
  })
  const { stdout: text } = await config('show', 'bsf')
  expect(text).toMatch(/^znListen +"127\.0\.0\.1:3868" +default$/m)
  expect(text).toMatch(/^hss +- +default$/m)
})
