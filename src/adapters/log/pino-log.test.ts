import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createPinoLog } from './pino-log.ts'

function openLog(level?: 'info' | 'warn' | 'error') {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const log = createPinoLog({ entity: 'bsf', destination, ...(level && { level }) })
  return { log, lines }
}

test('an event is one line of JSON with time, level, entity, event and its fields', () => {
  const { log, lines } = openLog()
  log.warn('naf-refused', { point: 'Zn', transactionId: 'a\nb', count: 3, secure: true })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^[^\n]*\n$/)
  const { time, ...rest } = JSON.parse(lines[0] as string) as Record<string, unknown>
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(rest).toEqual({
    level: 'warn',
    entity: 'bsf',
    event: 'naf-refused',
    point: 'Zn',
    transactionId: 'a\nb',
    count: 3,
    secure: true,
  })
})

test('what is below the level is not written', () => {
  const { log, lines } = openLog('error')
  log.info('a')
  log.warn('b')
  log.error('c')
  expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['c'])
})

test('a field that is named like a secret is never written', () => {
  const { log, lines } = openLog()
  const names = [
    'k',
    'opc',
    'ck',
    'ik',
    'ks',
    'ksExtNaf',
    'euKey',
    'password',
    'xres',
    'sessionKey',
  ]
  log.info('oops', Object.fromEntries(names.map((name) => [name, 'deadbeef'])))
  expect(lines[0]).not.toContain('deadbeef')
  expect(lines[0]?.split('[secret]')).toHaveLength(names.length + 1)
})

const CHILD = `
  const { createPinoLog } = await import('./src/adapters/log/pino-log.ts')
  const log = createPinoLog({ entity: 'bsf' })
  for (let n = 0; n < 100; n++) log.info('line', { n })
  process.exit(0)`

/** A process that logs 100 lines and exits at once. */
function spawnLogger(stderr: 'pipe' | number): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', CHILD], {
    stdio: ['ignore', 'ignore', stderr],
  })
}

test('lines written just before the process exits are there', async () => {
  const logger = spawnLogger('pipe')
  const [lines, [status]] = await Promise.all([
    text(logger.stderr as NodeJS.ReadableStream),
    once(logger, 'exit'),
  ])
  expect(lines.split('\n').filter((line) => line.includes('"event":"line"'))).toHaveLength(100)
  expect(status).toBe(0)
})

test('a full disk or a reader that went away does not stop the program', async () => {
  const full = openSync('/dev/full', 'w')
  const ontoFullDisk = spawnLogger(full)
  closeSync(full)
  const ontoClosedPipe = spawnLogger('pipe')
  ontoClosedPipe.stderr?.destroy()
  const exits = await Promise.all([once(ontoFullDisk, 'exit'), once(ontoClosedPipe, 'exit')])
  expect(exits.map(([status]) => status as number)).toEqual([0, 0])
})
