/** What is seen of messages, into files: flags that all serving commands share. Design 11 */
import { type Command, Option } from 'commander'
import { createGrowingFile, type GrowingFile } from '../adapters/capture/append-file.ts'
import { type CaptureOptions, createCapture, PCAP_STYLES } from '../adapters/capture/capture.ts'
import { createTraceLines } from '../adapters/capture/trace-lines.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { KeyLog } from '../ports/key-log.ts'
import { noTrace, type Trace } from '../trace/trace.ts'
import { type JsonFlag, warn } from './say.ts'

/** The flags. */
export interface TraceFlags {
  readonly traceFile?: string
  readonly pcap?: string
  readonly pcapStyle?: CaptureOptions['style']
  readonly keylog?: string
  /** Only the lab has it. */
  readonly reveal?: boolean
}

/** Where events go, until they are closed. */
export interface OpenedTrace {
  /** `noTrace` if no file is wanted, so that nobody makes events for nothing. */
  readonly trace: Trace
  /** Takes TLS secrets, if they are wanted. */
  readonly keyLog?: KeyLog
  close(): void
}

/** Adds the flags to a command. */
export function traceable(command: Command): Command {
  command
    .option('--trace-file <file>', 'every message as a JSON line, without secrets; see cpns trace')
    .option('--pcap <file>', 'every message as a capture for Wireshark, without secrets')
    .addOption(
      new Option('--pcap-style <style>', 'what its packets are: messages alone, or in IP and TCP')
        .choices(PCAP_STYLES)
        .default('exported'),
    )
  return keyLogged(command)
}

/** Adds the last of them to a command that traces nothing. */
export function keyLogged(command: Command): Command {
  return command.option(
    '--keylog <file>',
    'secrets of TLS connections (NSS key log): who has it reads them',
  )
}

/** What is wanted of a trace while a command works, its warnings on standard error; closed at the end. */
export async function withTrace<T>(
  flags: TraceFlags & JsonFlag,
  work: (seen: Pick<OpenedTrace, 'trace' | 'keyLog'>) => Promise<T>,
): Promise<T> {
  const seen = openTrace(flags, (message) => warn(flags, message))
  try {
    return await work(seen)
  } finally {
    seen.close()
  }
}

/**
 * Makes the files, empty.
 *
 * @param nameOf One name for each entity. @param tell Takes what must be known.
 * @throws {ConfigurationInvalid} If a file cannot be made, or `--reveal` stands alone.
 */
export function openTrace(
  flags: TraceFlags,
  tell: (message: string) => void,
  nameOf?: (entity: string) => string,
): OpenedTrace {
  const { traceFile, pcap, pcapStyle: style = 'exported', keylog, reveal = false } = flags
  if (reveal && traceFile === undefined && pcap === undefined) {
    throw new ConfigurationInvalid('--reveal: needs --trace-file or --pcap')
  }
  const files: GrowingFile[] = []
  const open = (flag: string, path: string): GrowingFile => {
    const file = createGrowingFile(path, (reason) =>
      tell(`${flag} ${path}: nothing more is written (${reason})`),
    )
    files.push(file)
    return file
  }
  const traces: Trace[] = []
  if (traceFile !== undefined) {
    const file = open('--trace-file', traceFile)
    traces.push(createTraceLines({ reveal }, (line) => file.append(`${line}\n`)))
  }
  if (pcap !== undefined) {
    const file = open('--pcap', pcap)
    const options = { style, reveal, ...(nameOf && { nameOf }) }
    traces.push(createCapture(options, (octets) => file.append(octets)))
  }
  if (reveal) tell(REVEAL_WARNING)
  return {
    trace: joinTraces(traces),
    ...(keylog !== undefined && { keyLog: openKeyLog(open('--keylog', keylog), keylog, tell) }),
    close() {
      for (const file of files) file.close()
    },
  }
}

/** One trace for all that look; `noTrace` for nobody. */
export function joinTraces(traces: readonly Trace[]): Trace {
  const looking = traces.filter((trace) => trace !== noTrace)
  const [only] = looking
  if (only === undefined) return noTrace
  if (looking.length === 1) return only
  return (item) => {
    for (const trace of looking) trace(item)
  }
}

function openKeyLog(file: GrowingFile, path: string, tell: (message: string) => void): KeyLog {
  tell(`WARNING: ${path} gets the secrets of every TLS connection. Whoever has it reads them.`)
  return { line: (text) => file.append(`${text}\n`) }
}

const REVEAL_WARNING =
  'WARNING: --reveal: KEYS, RES, PINs AND DIGESTS ARE WRITTEN IN THE CLEAR. Never outside a lab.'
