import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { utf8 } from '../../octets/octets.ts'
import { readBoundedFile, readBoundedText, whyUnread } from './bounded-file.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-bounded-'))
  file = join(folder, 'file')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const MODULE = JSON.stringify(new URL('bounded-file.ts', import.meta.url).href)

/** What a process of its own reads, whose standard input and descriptors are those that the shell gives it. */
function readByShell(command: string, named: string): string {
  const program =
    `const { readBoundedFile } = await import(${MODULE});` +
    `const octets = readBoundedFile(${named}, { maxOctets: 100000 });` +
    'process.stdout.write(octets.length + " " + octets.at(-1))'
  const script = command.replace('CPNS', '"$0" --import tsx --input-type=module -e "$1"')
  const options = { encoding: 'utf8', timeout: 50_000, stdio: 'pipe' } as const
  return execFileSync('bash', ['-c', script, process.execPath, program], options)
}

describe('a file', () => {
  test.each([0, 1, 65_536, 70_000])('of %i octets, which is as much as it may have', (length) => {
    writeFileSync(file, new Uint8Array(length).fill(7))
    const octets = readBoundedFile(file, { maxOctets: length })
    expect(octets).toEqual(new Uint8Array(length).fill(7))
  })

  test.each([0, 4096, 70_000])('of one octet more than %i is refused', (maxOctets) => {
    writeFileSync(file, new Uint8Array(maxOctets + 1))
    expect(() => readBoundedFile(file, { maxOctets })).toThrow(`it has over ${maxOctets} octets`)
  })

  test('that is looked at first, and not read if it is not to be', () => {
    writeFileSync(file, 'secret')
    const check = ({ mode }: { readonly mode: number }): void => {
      expect(mode).toBe(statSync(file).mode)
      throw new ConfigurationInvalid('not that one')
    }
    expect(() => readBoundedFile(file, { maxOctets: 10, check })).toThrow('not that one')
  })

  test('that is none: a folder, nothing', () => {
    const read = (path: string) => () => readBoundedFile(path, { maxOctets: 10 })
    expect(read(folder)).toThrow('it is a folder')
    expect(read(file)).toThrow(/ENOENT/)
  })
})

test('a device without an end is refused, an empty one is empty', () => {
  const read = (path: string) => readBoundedFile(path, { maxOctets: 1_000_000 })
  expect(() => read('/dev/zero')).toThrow('it has over 1000000 octets')
  expect(read('/dev/null')).toHaveLength(0)
})

describe('a named pipe', () => {
  beforeEach(() => void execFileSync('mkfifo', [file]))

  test('that nobody writes into is refused after a while', () => {
    const read = () => readBoundedFile(file, { maxOctets: 10, writerMs: 50 })
    expect(read).toThrow(ConfigurationInvalid)
    expect(read).toThrow('it is a pipe that nobody writes into')
  })

  test('whose writer comes later, and takes its time, is read to its end', () => {
    const writer = spawn('bash', ['-c', 'sleep 0.2; (printf a; sleep 0.3; printf b) > "$0"', file])
    expect(readBoundedFile(file, { maxOctets: 10 })).toEqual(utf8('ab'))
    writer.kill()
  })

  test('out of which too much comes is refused', () => {
    const writer = spawn('bash', ['-c', 'exec cat /dev/zero > "$0"', file])
    expect(() => readBoundedFile(file, { maxOctets: 10 })).toThrow('it has over 10 octets')
    writer.kill()
  })
})

describe('what a shell gives', { timeout: 60_000 }, () => {
  test.each([
    ['standard input from a pipe', '(sleep 0.2; printf abc) | CPNS', '0', '3 99'],
    ['standard input from a file', 'CPNS < /etc/passwd', '0', `${statSync('/etc/passwd').size} 10`],
    ['standard input that is closed soon', 'CPNS < /dev/null', '0', '0 undefined'],
    ['much standard input', 'head -c 100000 /dev/zero | CPNS', '0', '100000 0'],
    ['/dev/stdin', 'printf abc | CPNS', '"/dev/stdin"', '3 99'],
    ['process substitution', 'CPNS 63< <(printf a; sleep 0.2; printf bc)', '"/dev/fd/63"', '3 99'],
    ['a process that has ended', 'CPNS 63< <(printf abc)', '"/dev/fd/63"', '3 99'],
    ['a process that has said nothing', 'CPNS 63< <(true)', '"/dev/fd/63"', '0 undefined'],
  ])('%s', (_name, command, named, read) => {
    expect(readByShell(command, named)).toBe(read)
  })

  test('a pipe without an end is refused', () => {
    expect(() => readByShell('cat /dev/zero | CPNS', '0')).toThrow('it has over 100000 octets')
  })
})

test('as a text, and why not in words without the path', () => {
  writeFileSync(file, 'grün')
  expect(readBoundedText(file, { maxOctets: 5 })).toBe('grün')
  const whyNot = (path: string, maxOctets: number): string => {
    try {
      return readBoundedText(path, { maxOctets })
    } catch (error) {
      return whyUnread(error)
    }
  }
  expect(whyNot(file, 4)).toBe('it has over 4 octets')
  expect(whyNot(folder, 4)).toBe('it is a folder')
  expect(whyNot(join(folder, 'none'), 4)).toBe('cannot be read (ENOENT)')
})
