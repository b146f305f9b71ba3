import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromHex } from '../../octets/octets.ts'
import { installFake, SOURCE_FLAGS } from './fake-smartcard.fixture.ts'

let uninstall: () => void
beforeAll(() => {
  uninstall = installFake()
})
afterAll(() => uninstall())

const start = () =>
  fork(join(import.meta.dirname, 'pcsc-process.ts'), {
    serialization: 'advanced',
    execArgv: SOURCE_FLAGS,
  })

test('answers its parent, outlives Ctrl-C and ends without its parent', async () => {
  const child = start()
  const ask = async (request: object) => {
    child.send(request)
    return ((await once(child, 'message')) as unknown[])[0]
  }
  expect(await ask({ kind: 'reset', reader: 'Good' })).toEqual({
    kind: 'done',
    octets: fromHex('3b01'),
  })
  child.kill('SIGINT')
  expect(await ask({ kind: 'release' })).toEqual({ kind: 'done', octets: new Uint8Array(0) })
  child.disconnect()
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
})
