/** `cpns curl URL`: fetches from any server that asks for a key of GBA, with a card. TS 33.222 5.3 */
import { writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { createGbaFetch } from '../adapters/naf/gba-fetch.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import type { Trust } from '../adapters/tls/trust.ts'
import { AuthenticationFailed, ConfigurationInvalid, TransportFailed } from '../errors/errors.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import { createCardKeySource } from '../naf/card-key-source.ts'
import { asksForUiccKeyAlone } from '../naf/ua-client.ts'
import {
  addBsfFlags,
  type CardFlags,
  type CardSettings,
  cardApplicationOption,
  cardSettingsOf,
  withCard,
} from './card-flags.ts'
import { type CurlFlags, type CurlRequest, curlRequestOf } from './curl-flags.ts'
import { type HostPort, parseHostPort } from './host-port.ts'
import { type JsonFlag, say, sayable } from './say.ts'
import { describePayload } from './show-message.ts'
import { type OpenedTrace, type TraceFlags, traceable, withTrace } from './trace-flags.ts'
import { type TrustFlags, trustOf } from './trust-flags.ts'

interface Flags extends CurlFlags, CardFlags, TrustFlags, TraceFlags, JsonFlag {
  readonly output?: string
  readonly include?: boolean
  readonly connectTo?: HostPort
  readonly psk?: '1.2' | '1.3'
}

const PRODUCT = 'cpns-curl'
const UICC_KEY_WANTED = ': it takes Ks_int_NAF alone, which the card keeps to itself'

/** The command. */
export function curlCommand(): Command {
  const command = new Command('curl')
    .description('fetch from a server that asks for a key of GBA, with a card')
    .argument('<url>', 'https://name/path, or http://name/path')
    .option('-X, --request <method>', 'default GET, with --body POST')
    .option('-H, --header <line>', 'a header, "Name: value"; may come again', collect)
    .option('-d, --body <text>', 'body of the request; "@FILE" a file, "@-" standard input')
    .option('-o, --output <file>', 'where the body of the answer goes; default standard output')
    .option('-i, --include', 'print status and headers of the answer too')
  const sayables = sayable(addWayFlags(command), 'one JSON object: status, headers, body')
  return traceable(sayables).action(runCurl)
}

/** Which card, and how BSF and server are reached. */
function addWayFlags(command: Command): Command {
  command
    .option('--data <dir>', 'data folder with usim.json, the card')
    .option('--reader <name>', 'software:FILE, or pcsc[:NAME]; default the card in the folder')
    .option('--card-pin-file <file>', 'file with the PIN of the card, if it asks for one')
    .addOption(cardApplicationOption())
  return addBsfFlags(command)
    .addOption(
      new Option(
        '--connect-to <host:port>',
        'where to connect; names stay those of the URL',
      ).argParser(parseHostPort),
    )
    .addOption(
      new Option(
        '--pin <hex>',
        "SHA-256 of the server's public key; default the system's CAs",
      ).conflicts('ca'),
    )
    .option('--ca <file>', 'PEM file of the only CAs to trust')
    .addOption(
      new Option('--psk <version>', 'PSK-TLS of this version, without a certificate')
        .choices(['1.2', '1.3'])
        .conflicts(['pin', 'ca']),
    )
}

function collect(line: string, lines: readonly string[] = []): readonly string[] {
  return [...lines, line]
}

async function runCurl(url: string, flags: Flags): Promise<void> {
  const request = curlRequestOf(flags)
  const trust = trustOf(flags)
  const settings = cardSettingsOf(flags)
  const answer = await withTrace(flags, (seen) =>
    fetchWith(url, { request, trust, settings }, { ...flags, seen }),
  )
  await show(answer, flags)
  judge(answer)
}

interface Wish {
  readonly request: CurlRequest
  readonly trust: Trust
  readonly settings: CardSettings
}

function fetchWith(
  url: string,
  { request, trust, settings }: Wish,
  { connectTo, psk, seen }: Flags & { readonly seen: Pick<OpenedTrace, 'trace' | 'keyLog'> },
): Promise<Response> {
  const { bsfName } = settings
  const work = async ({ card, ub }: { readonly card: GbaCard; readonly ub: UbExchange }) => {
    const ports = { clock: systemClock, random: createSystemRandom(), ...seen }
    const keys = createCardKeySource({
      ...ports,
      entityName: 'UE',
      card,
      ub,
      product: PRODUCT,
      ...(bsfName !== undefined && { bsfName }),
    })
    const client = createGbaFetch(
      { trust, ...(connectTo !== undefined && { connectTo }), ...(psk && { psk }) },
      { ...ports, keys },
    )
    try {
      return await client.fetch(url, request)
    } finally {
      await client.close()
    }
  }
  return withCard(settings, work, { ...seen, clock: systemClock, entityName: 'UE' })
}

async function show(answer: Response, flags: Flags): Promise<void> {
  const { include, output } = flags
  const { status, headers } = answer
  const body = new Uint8Array(await answer.arrayBuffer())
  if (flags.json === true) {
    const shown = output === undefined ? describePayload(body) : { output }
    if (output !== undefined) writeOutput(output, body)
    say(flags, { status, headers: Object.fromEntries(headers), ...shown }, [])
    return
  }
  const lines = [`HTTP/1.1 ${status}`, ...[...headers].map((pair) => pair.join(': '))]
  const head = include === true ? `${lines.join('\r\n')}\r\n\r\n` : ''
  const whole = Buffer.concat([Buffer.from(head), body])
  if (output === undefined) process.stdout.write(whole)
  else writeOutput(output, whole)
}

function writeOutput(file: string, octets: Uint8Array): void {
  try {
    writeFileSync(file, octets)
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new ConfigurationInvalid(`--output ${file}: cannot be written (${code})`, { cause })
  }
}

/** A script has to see from the exit status that nothing was fetched. */
function judge({ status, headers }: Response): void {
  if (status < 400) return
  const challenges = [headers.get('www-authenticate') ?? '']
  const why = status === 401 && asksForUiccKeyAlone(challenges) ? UICC_KEY_WANTED : ''
  const sentence = `the server answered with status ${status}${why}`
  throw status === 401 || status === 403
    ? new AuthenticationFailed(sentence)
    : new TransportFailed(sentence)
}
