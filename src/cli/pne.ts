/** `cpns pne pair|send|listen`: a PNE from the command line. Design 10 */
import { Command, Option } from 'commander'
import { pairPneByCode } from '../adapters/pne/obtain-pne-eukey.ts'
import { movePne, type OpenedPne, openPne, pairPne } from '../adapters/pne/open-pne.ts'
import { type Pairing, parsePairing } from '../adapters/pne/pairing.ts'
import { expires, mediaType } from '../cpns/message-declarations.ts'
import { MAX_PAYLOAD_OCTETS } from '../cpns/record-content.ts'
import type { Status } from '../cpns/status.ts'
import { address } from '../cpns/value-codecs.ts'
import { ConfigurationInvalid, CpnsError } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import type { IncomingMessage } from '../pne/inbox.ts'
import type { DeviceEuKey } from '../pne/pne-store.ts'
import { algorithmOption, algorithmsOf } from './algorithm-flag.ts'
import { readDeviceEuKey } from './device-eukey-file.ts'
import { readFlag } from './flag-values.ts'
import { pneAwaitTriggerCommand, pneLoginCommand } from './pne-eukey.ts'
import { readWholeFile } from './read-whole-file.ts'
import { type JsonFlag, say, sayable } from './say.ts'
import { showMessage } from './show-message.ts'
import {
  keyLogged,
  type OpenedTrace,
  type TraceFlags,
  traceable,
  withTrace,
} from './trace-flags.ts'
import { untilInterrupted } from './until-interrupted.ts'
import { parseWholeNumber } from './whole-number.ts'

const EXPIRES_SECONDS = 60
const BINARY = 'application/octet-stream'
const ALGORITHM = 'offered for the handshake, best first; default HMAC-SHA-256'

interface PairFlags extends JsonFlag, Pick<TraceFlags, 'keylog'> {
  readonly data: string
  readonly entity: string
  readonly gateway: string
  readonly gatewayUrl: string
  readonly pin?: string
  readonly keyFile?: string
  readonly code?: string
}

interface SendFlags extends JsonFlag, TraceFlags {
  readonly data: string
  readonly to: string
  readonly file?: string
  readonly contentType?: string
  readonly expires: number
  readonly algorithm?: readonly string[]
}

interface ListenFlags extends JsonFlag, TraceFlags {
  readonly data: string
  readonly count?: number
  readonly algorithm?: readonly string[]
}

/** The command with its subcommands. */
export function pneCommand(): Command {
  const command = new Command('pne').description('a PNE behind a PN GW: pair, send, listen')
  addPair(command)
  command.addCommand(pneAwaitTriggerCommand())
  command.addCommand(pneLoginCommand())
  const sending = command
    .command('send')
    .argument('[text]', 'what to send; without it and without --file, standard input')
    .description('send one message, and again until it is answered or expires')
    .requiredOption('--data <dir>', 'data folder of the PNE')
    .requiredOption('--to <address>', 'EntityID, or urn:cpns:service:<name>')
    .option('--file <file>', 'file to send, "-" for standard input')
    .option('--content-type <type>', 'default text/plain for text, else application/octet-stream')
    .option(
      '--expires <seconds>',
      'how long it is worth sending',
      parseWholeNumber,
      EXPIRES_SECONDS,
    )
    .addOption(algorithmOption(ALGORITHM))
  traceable(sayable(sending)).action(send)
  const listening = command
    .command('listen')
    .description('print what comes for this PNE, each message once, until Ctrl-C')
    .requiredOption('--data <dir>', 'data folder of the PNE')
    .option('--count <messages>', 'end after so many', parseWholeNumber)
    .addOption(algorithmOption(ALGORITHM))
  traceable(sayable(listening, 'one JSON object a line, the payload in base64 too')).action(listen)
  return command
}

function addPair(command: Command): void {
  const pairing = command
    .command('pair')
    .description('note PN GW and EUKey in the data folder of a PNE')
    .requiredOption('--data <dir>', 'data folder of the PNE; made if it is missing')
    .requiredOption('--entity <uri>', 'EntityID of the PNE')
    .requiredOption('--gateway <uri>', 'EntityID of its PN GW')
    .requiredOption('--gateway-url <url>', 'wss://host:port/pne, as the PN GW prints it')
    .option('--pin <hex>', "SHA-256 of the PN GW's key, as the PN GW prints it")
    .option(
      '--key-file <file>',
      'what "cpns eukey add --json" printed, or 64 hex digits; "-" for standard input; default the EUKey that is there stays',
    )
    .addOption(
      new Option('--code <code>', 'as "cpns gateway pair" printed it').conflicts('keyFile'),
    )
  keyLogged(sayable(pairing)).addHelpText('after', PAIR_EXAMPLE).action(pair)
}

const PAIR_EXAMPLE = `
Example:
  cpns eukey add --data ./lab --entity urn:uuid:0b8f… --user alice --json > watch.key
  cpns pne pair --data ./watch --entity urn:uuid:0b8f… --gateway urn:uuid:3f1c… \\
    --gateway-url wss://127.0.0.1:8444/pne --pin 9f86… --key-file watch.key
  cpns pne send --data ./watch --to urn:cpns:service:echo hello`

async function pair(flags: PairFlags): Promise<void> {
  await withTrace(flags, (seen) => pairSeen(flags, seen))
}

async function pairSeen(flags: PairFlags, { keyLog }: Pick<OpenedTrace, 'keyLog'>): Promise<void> {
  const { entity, gateway, gatewayUrl, pin, keyFile, code, data } = flags
  const pairing = parsePairing(
    {
      entityId: entity,
      gateway: { entityId: gateway, url: gatewayUrl, ...(pin !== undefined && { pin }) },
    },
    'the pairing',
  )
  const { entityId } = pairing
  const names = `${entityId} is paired with ${pairing.gateway.entityId}`
  const fields = { entityId, gateway: pairing.gateway.entityId }
  if (code !== undefined) {
    const userId = await pairPneByCode(data, { pairing, code, ...(keyLog && { keyLog }) })
    return say(flags, { ...fields, userId }, `${names}; it belongs to ${userId}.`)
  }
  const euKey =
    keyFile === undefined ? await moved(data, pairing) : await paired(data, { pairing, keyFile })
  const expires = new Date(euKey.expiresAtMs).toISOString()
  say(flags, { ...fields, euKeyId: euKey.id, expires }, `${names}; its EUKey ends ${expires}.`)
}

async function paired(
  data: string,
  { pairing, keyFile }: { readonly pairing: Pairing; readonly keyFile: string },
): Promise<DeviceEuKey> {
  const euKey = readDeviceEuKey(keyFile, { entityId: pairing.entityId, nowMs: Date.now() })
  await pairPne(data, { pairing, euKey })
  return euKey
}

/** To another PN GW. @throws {ConfigurationInvalid} Naming the flags that the first pairing needs. */
async function moved(data: string, pairing: Pairing): Promise<DeviceEuKey> {
  try {
    return await movePne(data, pairing)
  } catch (error) {
    if (!(error instanceof ConfigurationInvalid)) throw error
    const reason = `--key-file or --code: needed, because ${error.message}`
    throw new ConfigurationInvalid(reason, { cause: error })
  }
}

async function send(text: string | undefined, flags: SendFlags): Promise<void> {
  const message = outgoingOf(text, flags)
  await withTrace(flags, async (seen) => {
    const pne = await openPne(flags.data, seen, { algorithms: algorithmsOf(flags.algorithm) })
    await sendOnce(pne, message, flags)
  })
}

/**
 * The message of the flags, which are held against what a Message may hold before anything is read. Design 8
 *
 * @throws {ConfigurationInvalid} Naming the flag.
 */
function outgoingOf(text: string | undefined, flags: SendFlags): Outgoing {
  const { file, contentType = text === undefined ? BINARY : 'text/plain' } = flags
  if (text !== undefined && file !== undefined) {
    throw new ConfigurationInvalid('--file: there is a text too')
  }
  const head = {
    to: readFlag('--to', () => address.parse(flags.to, 'To')),
    contentType: readFlag('--content-type', () => mediaType.parse(contentType, 'ContentType')),
    expires: readFlag('--expires', () => expires.parse(String(flags.expires), 'Expires')),
  }
  return { ...head, payload: payloadOf(text, file) }
}

/** Standard input without a text and without a file. */
function payloadOf(text: string | undefined, file = '-'): Uint8Array {
  if (text === undefined) return readWholeFile('--file', file, MAX_PAYLOAD_OCTETS)
  const payload = utf8(text)
  if (payload.length <= MAX_PAYLOAD_OCTETS) return payload
  throw new ConfigurationInvalid(`the text: it has over ${MAX_PAYLOAD_OCTETS} octets`)
}

async function sendOnce(pne: OpenedPne, message: Outgoing, flags: SendFlags): Promise<void> {
  const interruption = untilInterrupted()
  try {
    const answered = sent(pne, message)
    const status = await Promise.race([failedStart(pne), answered, interruption.promise])
    if (status === 'interrupted') throw new MessageNotTaken('interrupted; it may have been sent')
    report(status, flags)
  } finally {
    interruption.ignore()
    await pne.close()
  }
}

/** The message was not delivered, and not kept for delivery either. */
class MessageNotTaken extends CpnsError {
  constructor(message: string) {
    super('transport-failed', message)
  }
}

const NOT_TAKEN_BECAUSE: Readonly<Partial<Record<Status, string>>> = {
  404: '--to: the server knows no such recipient',
  408: 'nobody took it in time',
}

type Outgoing = Parameters<OpenedPne['send']>[0]

/** Each part fits; the head of a message as a whole may still be over its limit, for which no one flag is to blame. */
async function sent(pne: OpenedPne, message: Outgoing): Promise<Status> {
  try {
    return await pne.send(message)
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigurationInvalid(error.message)
    throw error
  }
}

/** Rejects if it cannot come to a session; does not end otherwise. */
async function failedStart(pne: OpenedPne): Promise<never> {
  await pne.start()
  return new Promise<never>(() => {})
}

/** A program gets the status in any case. */
function report(status: Status, flags: SendFlags): void {
  const isTaken = status === 200 || status === 202
  const sentence = status === 200 ? '200 acknowledged' : '202 kept for delivery'
  say(flags, { status }, isTaken ? sentence : [])
  if (isTaken) return
  const reason = NOT_TAKEN_BECAUSE[status] ?? 'it was refused'
  throw new MessageNotTaken(`${reason} (status ${status})`)
}

async function listen(flags: ListenFlags): Promise<void> {
  await withTrace(flags, (seen) => listenSeen(flags, seen))
}

async function listenSeen(
  { data, count, algorithm, json }: ListenFlags,
  seen: Pick<OpenedTrace, 'trace' | 'keyLog'>,
): Promise<void> {
  if (count === 0) throw new ConfigurationInvalid('--count: not a positive whole number')
  let left = count ?? Number.POSITIVE_INFINITY
  let finish: (() => void) | undefined
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const onMessage = async (message: IncomingMessage): Promise<void> => {
    if (left <= 0) throw new Error('nobody listens any more')
    await written(showMessage(message, json === true))
    left -= 1
    if (left === 0) finish?.()
  }
  const pne = await openPne(data, { ...seen, onMessage }, { algorithms: algorithmsOf(algorithm) })
  const interruption = untilInterrupted()
  try {
    await Promise.race([failedStart(pne), finished, interruption.promise])
  } finally {
    interruption.ignore()
    await pne.close()
  }
}

/** A message is acknowledged once whoever reads our output has it. */
function written(line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()))
  })
}
