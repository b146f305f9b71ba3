/**
 * Whole files that a person names, which may be anything: a file, a pipe of the shell (`<(…)`), standard input, or by
 * mistake a device without an end or a named pipe that nobody writes into. No more is read than is wanted.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { concatOctets } from '../../octets/octets.ts'

/** Standard input, in place of a path. */
export const STANDARD_INPUT = 0

/** 1 MiB: more than any key, certificate or configuration has, and a bundle of authorities too. */
export const MAX_SMALL_FILE_OCTETS = 1_048_576

/** How a file is read. */
export interface BoundedReading {
  /** A file with more octets is refused. */
  readonly maxOctets: number
  /** Looks at the open file before it is read, and throws if it is not to be. */
  readonly check?: (found: Stats) => void
  /** How long a named pipe is waited for until somebody writes into it; default 5 s. */
  readonly writerMs?: number
}

const WRITER_MS = 5000
const PAUSE_MS = 10
const PART_OCTETS = 65_536

/**
 * All octets of a file. Blocks while they come: a pipe that somebody has open may take its time.
 *
 * @throws {ConfigurationInvalid} Without the path: for a folder, a file that is too large, a named pipe without a writer.
 * @throws {Error} Of the platform, with its code, if the file cannot be opened or read.
 */
export function readBoundedFile(
  file: string | typeof STANDARD_INPUT,
  reading: BoundedReading,
): Uint8Array {
  if (file === STANDARD_INPUT) return readToEnd(file, { ...reading, writerMs: 0 })
  // Else opening a named pipe would block until there is a writer.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = fstatSync(descriptor)
    if (found.isDirectory()) throw new ConfigurationInvalid('it is a folder')
    reading.check?.(found)
    // A pipe of the shell is a link of the system, not a name: whoever writes there has it open, or has ended.
    const isNamedPipe = found.isFIFO() && lstatSync(file).isFIFO()
    const { writerMs = WRITER_MS } = reading
    const octets = readToEnd(descriptor, { ...reading, writerMs: isNamedPipe ? writerMs : 0 })
    if (isNamedPipe && octets.length === 0) {
      throw new ConfigurationInvalid('it is a pipe that nobody writes into')
    }
    return octets
  } finally {
    closeSync(descriptor)
  }
}

/** The same as a text in UTF-8, as tools for people read one: what is none stands there as U+FFFD. @throws As above. */
export function readBoundedText(file: string, reading: BoundedReading): string {
  return new TextDecoder().decode(readBoundedFile(file, reading))
}

/** Why one of these could not read, in words, without the path. @param error What it threw. */
export function whyUnread(error: unknown): string {
  if (error instanceof ConfigurationInvalid) return error.message
  const { code = 'unknown cause' } = error as NodeJS.ErrnoException
  return `cannot be read (${code})`
}

/** @param reading.writerMs How long an end before the first octet is none. */
function readToEnd(
  descriptor: number,
  { maxOctets, writerMs }: BoundedReading & { readonly writerMs: number },
): Uint8Array {
  const parts: Uint8Array[] = []
  const startedAtMs = performance.now()
  let length = 0
  for (;;) {
    const part = readPart(descriptor, Math.min(PART_OCTETS, maxOctets + 1 - length))
    if (part?.length === 0) {
      const isWaiting = length === 0 && performance.now() - startedAtMs < writerMs
      if (!isWaiting) return concatOctets(...parts)
    }
    if (part === undefined || part.length === 0) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
      continue
    }
    parts.push(part)
    length += part.length
    if (length > maxOctets) throw new ConfigurationInvalid(`it has over ${maxOctets} octets`)
  }
}

/** What is there now: nothing at the end, `undefined` if more may come. */
function readPart(descriptor: number, maxOctets: number): Uint8Array | undefined {
  const octets = new Uint8Array(maxOctets)
  try {
    return octets.subarray(0, readSync(descriptor, octets))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    throw error
  }
}
