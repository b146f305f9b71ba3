import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeNewCardProfile } from '../adapters/card/card-profile-file.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { testProfile } from '../uicc/uicc.fixture.ts'
import { runUicc } from './uicc.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'cpns-apdu-'))
const file = join(folder, 'usim.json')
const reader = ['--reader', `software:${file}`]
const ATR = 'ATR 3b9f96801fc78031a073be21136743200718000001a5\n'
const SELECT = '> 00a4000c022fe2\n< 9000 (normal ending of the command)\n'
const READ = '> 00b000000a\n< 988812010000000010f1 9000 (normal ending of the command)\n'

beforeAll(() => writeNewCardProfile(file, testProfile()))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('APDUs', () => {
  test('from the command line', async () => {
    const { output, error } = await runUicc([
      'apdu',
      ...reader,
      '00 A4 00 0C 02 2FE2',
      '00B000000A',
    ])
    expect(error).toBeUndefined()
    expect(output).toBe(ATR + SELECT + READ)
  })

  test('from standard input, with blank lines and comments', async () => {
    const input = '# EF_ICCID\r\n\r\n00a4000c022fe2\r\n  00b000000a'
    const { output } = await runUicc(['apdu', ...reader], input)
    expect(output).toBe(ATR + SELECT + READ)
  })

  test('61xx and 6Cxx are shown, not followed', async () => {
    const { output } = await runUicc(['apdu', ...reader, '00a40004022f00', '00b2010400'])
    expect(output).toContain('< 611c (xx octets wait for GET RESPONSE)')
    expect(output).toContain('< 6c1a (wrong Le, xx octets are there)')
  })

  test('none at all: the ATR', async () => {
    expect((await runUicc(['apdu', ...reader])).output).toBe(ATR)
  })
})

describe('wrong input', () => {
  test('is named before anything is sent', async () => {
    const { output, error } = await runUicc(['apdu', ...reader, '00a4000c022fe2', '00b0x'])
    expect(error).toEqual(new ConfigurationInvalid('APDU 2: not 1 to 261 octets in hex'))
    expect(output).toBe('')
  })

  test('on a line of standard input ends the run there', async () => {
    const { output, error } = await runUicc(['apdu', ...reader], '00a4000c022fe2\nxyz\n00b000000a')
    expect(error).toEqual(new ConfigurationInvalid('line 2: not 1 to 261 octets in hex'))
    expect(output).toBe(ATR + SELECT)
  })

  test('a reader that is none', async () => {
    const { error } = await runUicc(['apdu', '--reader', 'usim.json', '00'])
    expect(error).toEqual(
      new ConfigurationInvalid('reader usim.json: neither software:FILE nor pcsc[:NAME]'),
    )
  })
})
