/** Reads a trace file as it is, or as it grows. Design 11 */
import { type FileHandle, open } from 'node:fs/promises'
import { z } from 'zod'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import type { TraceLine } from './trace-lines.ts'

/** How a file is read. */
export interface ReadTraceOptions {
  /** Waits for more at the end of the file, until the signal comes. */
  readonly follow?: AbortSignal
}

const PIECE_OCTETS = 65_536
const POLL_MS = 200
const MAX_LINE = 1_048_576

const message = z.object({
  kind: z.literal('message'),
  atMs: z.number(),
  point: z.enum(['Ub', 'Zh', 'Zn', 'Ua', 'CPNS-1', 'CPNS-2', 'APDU']),
  side: z.enum(['sent', 'received']),
  from: z.string(),
  to: z.string(),
  message: z.string(),
  transactionId: z.string().optional(),
  elapsedMs: z.number().optional(),
  fields: z.record(z.string(), z.union([z.string(), z.number()])),
  protocol: z.enum(['apdu', 'diameter', 'http', 'cpns', 'cpns-frame']).optional(),
  octets: z.string().optional(),
})
const note = z.object({
  kind: z.literal('note'),
  atMs: z.number(),
  entity: z.string(),
  text: z.string(),
})
const event = z.discriminatedUnion('kind', [message, note])
/** What `cpns lab --json` says besides. */
const other = z.object({ kind: z.string().refine((kind) => !['message', 'note'].includes(kind)) })

/**
 * The events of a file, in order; lines of `cpns lab --json` that are none are left out.
 *
 * @throws {ConfigurationInvalid} If there is no such file, or a line of it is none; with its number.
 */
export async function* readTrace(
  path: string,
  { follow }: ReadTraceOptions = {},
): AsyncGenerator<TraceLine> {
  const file = await open(path).catch(unreadable(path))
  try {
    let number = 0
    for await (const line of linesOf(file, path, follow)) {
      number += 1
      const read = line.trim() === '' ? undefined : eventOf(line)
      if (read === 'wrong') {
        throw new ConfigurationInvalid(`${path}: line ${number}: not an event of a trace`)
      }
      if (read !== undefined) yield read
    }
  } finally {
    await file.close()
  }
}

function unreadable(path: string) {
  return (cause: NodeJS.ErrnoException): never => {
    throw new ConfigurationInvalid(`${path}: it cannot be read (${cause.code})`, { cause })
  }
}

/** A line without its end is being written: it is waited for, or left out. */
async function* linesOf(
  file: FileHandle,
  path: string,
  follow: AbortSignal | undefined,
): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const piece = new Uint8Array(PIECE_OCTETS)
  let rest = ''
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, piece.length).catch(unreadable(path))
    if (bytesRead === 0) {
      if (follow === undefined || (await waited(follow)) === 'ended') return
      continue
    }
    const lines = (rest + decoder.decode(piece.subarray(0, bytesRead), { stream: true })).split(
      '\n',
    )
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE) throw new ConfigurationInvalid(`${path}: a line without end`)
    yield* lines
  }
}

function waited(signal: AbortSignal): Promise<'more' | 'ended'> {
  if (signal.aborted) return Promise.resolve('ended')
  return new Promise((resolve) => {
    const end = (): void => finish('ended')
    const timer = setTimeout(() => finish('more'), POLL_MS)
    const finish = (how: 'more' | 'ended'): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve(how)
    }
    signal.addEventListener('abort', end)
  })
}

function eventOf(line: string): TraceLine | 'wrong' | undefined {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return 'wrong'
  }
  const read = event.safeParse(json)
  if (read.success) return read.data as TraceLine
  return other.safeParse(json).success ? undefined : 'wrong'
}
