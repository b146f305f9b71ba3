import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram, usageErrorOf } from './program.fixture.ts'

const NOWHERE = ['--data', join(tmpdir(), 'cpns-no-such-pne')]

test.each(['await-trigger', 'login'])('pne %s needs a PNE that was paired', async (name) => {
  expect(usageErrorOf(await runProgram(['pne', name, ...NOWHERE]))).toContain('cpns-no-such-pne')
})

test('--pin and --ca do not go together', async () => {
  const both = ['--pin', 'ab'.repeat(32), '--ca', 'x.pem']
  expect(usageErrorOf(await runProgram(['pne', 'login', ...NOWHERE, ...both]))).toContain('--ca')
})

test('pne pair needs a key file or a code, not both', async () => {
  const pair = ['pne', 'pair', ...NOWHERE, '--entity', 'urn:x:watch', '--gateway', 'urn:x:gw']
  const way = ['--gateway-url', 'wss://127.0.0.1:1/pne', '--pin', 'ab'.repeat(32)]
  expect(usageErrorOf(await runProgram([...pair, ...way]))).toContain('--key-file or --code')
  const both = ['--key-file', 'x', '--code', 'ABCD-1234']
  expect(usageErrorOf(await runProgram([...pair, ...way, ...both]))).toContain('--code')
})
