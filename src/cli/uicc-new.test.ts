import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { CommanderError } from 'commander'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { toHex } from '../octets/octets.ts'
import { parseCardProfile } from '../uicc/card-profile.ts'
import { runUicc } from './uicc.fixture.ts'
import { uiccNewCommand } from './uicc-new.ts'

const IMSI = '001010123456789'
const IMPI = '001010123456789@ims.mnc001.mcc001.3gppnetwork.org'
const K = toHex(WORKED.k.reveal())
const OPC = toHex(WORKED.opc.reveal())

let folder: string
let out: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-uicc-'))
  out = join(folder, 'usim.json')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const make = (...flags: string[]) => runUicc(['new', '--imsi', IMSI, '--out', out, ...flags])
const profile = () => parseCardProfile(readFileSync(out, 'utf8'))

describe('a card', () => {
  test('with given keys, and the line for its HSS', async () => {
    const { output, error } = await make('--k', K.toUpperCase(), '--opc', OPC)
    expect(error).toBeUndefined()
    expect(output).toBe(
      `cpns subscriber add --impi ${IMPI} --algorithm milenage --k ${K} --opc ${OPC} --uicc-type GBA_U\n`,
    )
    expect(profile().credentials.subscriberKey.equals(WORKED.k)).toBe(true)
    expect(profile().credentials.operatorVariant.equals(WORKED.opc)).toBe(true)
    expect(statSync(out).mode & 0o777).toBe(0o600)
  })

  test('on a terminal the line is broken where a shell lets it be', async () => {
    const output = Object.assign(new PassThrough(), { isTTY: true })
    const command = uiccNewCommand(output)
    await command.parseAsync(['--imsi', IMSI, '--out', out, '--k', K, '--opc', OPC], {
      from: 'user',
    })
    const lines = (await text(output.end())).split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.slice(0, -2).every((line) => line.endsWith(' \\'))).toBe(true)
    const words = lines.map((line) => line.replace(/ \\$/, '').trim()).join(' ')
    expect(words).toContain(`cpns subscriber add --impi ${IMPI} --algorithm milenage --k ${K} `)
  })

  test('OPc from OP: TS 35.208 test set 1', async () => {
    const { output } = await make('--k', K, '--op', 'cdc202d5123e20f62b6d676ac72cb318')
    expect(output).toContain(`--opc ${OPC} `)
  })

  test('fresh keys where none are given, other ones each time', async () => {
    const first = await make()
    const key = profile().credentials.subscriberKey
    expect(first.output).toContain(toHex(key.reveal()))
    rmSync(out)
    await make()
    expect(profile().credentials.subscriberKey.equals(key)).toBe(false)
  })

  test('TUAK, with TOPc given, computed from TOP, or fresh', async () => {
    const given = await make(
      '--algorithm',
      'tuak',
      '--k',
      'ab'.repeat(32),
      '--opc',
      'cd'.repeat(32),
    )
    expect(given.output).toContain(
      `--algorithm tuak --k ${'ab'.repeat(32)} --topc ${'cd'.repeat(32)} `,
    )
    expect(profile().credentials.tuak?.resLength).toBe(8)
    rmSync(out)
    const computed = await make(
      '--algorithm',
      'tuak',
      '--k',
      'ab'.repeat(16),
      '--op',
      '55'.repeat(32),
    )
    expect(computed.output).toMatch(/--topc [0-9a-f]{64} /)
    expect(computed.output).not.toContain('55'.repeat(32))
    rmSync(out)
    expect((await make('--algorithm', 'tuak')).output).toMatch(
      /--k [0-9a-f]{32} --topc [0-9a-f]{64} /,
    )
  })

  test('an IMPI brings an ISIM and a line of its own', async () => {
    const { output } = await make('--impi', 'alice@home.example', '--mnc-length', '3')
    expect(output.split('\n').map((line) => line.split(' ')[4])).toEqual([
      '001010123456789@ims.mnc010.mcc001.3gppnetwork.org',
      'alice@home.example',
      undefined,
    ])
    expect(profile().applications.map(({ application }) => application)).toEqual(['USIM', 'ISIM'])
  })
})

describe('wrong flags', () => {
  test.each([
    ['IMSI', ['--imsi', '12x'], '--imsi: not 6 to 15 digits'],
    ['IMPI', ['--impi', 'alice'], '--impi: not of the form user@domain'],
    ['K no hex', ['--k', 'secretkey'], '--k: not an even number of hex digits'],
    ['K too short', ['--k', 'abcd'], '--k: not 32 hex digits'],
    ['K of TUAK', ['--algorithm', 'tuak', '--k', 'abcd'], '--k: not 32 or 64 hex digits'],
    ['OPc', ['--opc', 'abcd'], '--opc: not 32 hex digits'],
    ['OP of TUAK', ['--algorithm', 'tuak', '--op', OPC], '--op: not 64 hex digits'],
  ])('%s: nothing is written, no value is shown', async (_name, flags, message) => {
    const { output, error } = await make(...flags)
    expect(error).toEqual(new ConfigurationInvalid(message))
    expect(output).toBe('')
    expect(readdirSync(folder)).toEqual([])
  })

  test.each([
    ['both OP and OPc', ['--op', OPC, '--opc', OPC]],
    ['an unknown algorithm', ['--algorithm', 'comp128']],
    ['an MNC of 4 digits', ['--mnc-length', '4']],
  ])('%s', async (_name, flags) => {
    const { error } = await make(...flags)
    expect(error).toBeInstanceOf(CommanderError)
    expect(readdirSync(folder)).toEqual([])
  })

  test('a card that exists stays as it is', async () => {
    await make('--k', K, '--opc', OPC)
    const before = readFileSync(out, 'utf8')
    const { output, error } = await make()
    expect(error).toEqual(new ConfigurationInvalid(`card ${out}: it exists and is not overwritten`))
    expect(output).toBe('')
    expect(readFileSync(out, 'utf8')).toBe(before)
  })
})
