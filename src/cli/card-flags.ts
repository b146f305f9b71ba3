/** The flags of commands that use a card: which one, and where its BSF is. Design 4, 12 */
import { type Command, Option } from 'commander'
import { openReader } from '../adapters/card/open-reader.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import type { Trust } from '../adapters/tls/trust.ts'
import { connectUb, parseBsfUrl } from '../adapters/ub/connect-ub.ts'
import type { ApplicationName } from '../apdu/aid.ts'
import { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import { openUiccApplication, type TerminalOptions } from '../gba/uicc-terminal.ts'
import { type Fqdn, parseFqdn } from '../identity/fqdn.ts'
import { CARD_PROFILE } from '../lab/lab-files.ts'
import { utf8 } from '../octets/octets.ts'
import type { KeyLog } from '../ports/key-log.ts'
import { readFlag } from './flag-values.ts'
import { readWholeFile } from './read-whole-file.ts'
import { trustOf } from './trust-flags.ts'

/** The flags as they come from the command line. */
export interface CardFlags {
  /** Data folder, in which a card may be. */
  readonly data?: string
  readonly reader?: string
  readonly cardPinFile?: string
  readonly cardApplication?: string
  readonly bsfUrl?: string
  readonly bsfName?: string
  readonly bsfPin?: string
  readonly bsfCa?: string
}

/** Which card, and which BSF. */
export interface CardSettings {
  readonly reader: string
  readonly cardPin?: Secret
  /** Default the first of USIM, ISIM and CSIM that the card has. */
  readonly application?: ApplicationName
  /** Default `http://` and the BSF name. */
  readonly bsfUrl?: string
  /** Default what the card says. */
  readonly bsfName?: Fqdn
  /** How a BSF with TLS is known; default the system's authorities. */
  readonly bsfTrust?: Trust
}

/** `--bsf-url`, `--bsf-name`, `--bsf-pin` and `--bsf-ca`. */
export function addBsfFlags(command: Command): Command {
  return command
    .option('--bsf-url <url>', 'http(s)://host:port of the BSF; default http:// and its name')
    .option('--bsf-name <name>', 'FQDN of the BSF; default what the card says')
    .addOption(
      new Option(
        '--bsf-pin <hex>',
        "SHA-256 of the BSF's public key, with https; default the system's CAs",
      ).conflicts('bsfCa'),
    )
    .option('--bsf-ca <file>', 'PEM file of the only CAs to trust for the BSF, with https')
}

const APPLICATIONS: ReadonlyMap<string, ApplicationName> = new Map([
  ['usim', 'USIM'],
  ['isim', 'ISIM'],
  ['csim', 'CSIM'],
])

/** `--card-application`: a card with several knows its user by another IMPI in each. */
export function cardApplicationOption(): Option {
  return new Option(
    '--card-application <name>',
    'application of the card; default the first of usim, isim, csim that it has',
  ).choices([...APPLICATIONS.keys()])
}

/** @throws {ConfigurationInvalid} Naming the flag. */
export function cardSettingsOf(flags: CardFlags): CardSettings {
  const { data, bsfUrl, bsfName, cardPinFile, cardApplication = '' } = flags
  const application = APPLICATIONS.get(cardApplication)
  const reader = flags.reader ?? (data && `software:${data}/${CARD_PROFILE}`)
  if (reader === undefined) throw new ConfigurationInvalid('--reader or --data: which card?')
  return {
    reader,
    ...(cardPinFile !== undefined && { cardPin: readCardPin(cardPinFile) }),
    ...(application !== undefined && { application }),
    ...(bsfUrl !== undefined && { bsfUrl }),
    ...(bsfName !== undefined && { bsfName: readFlag('--bsf-name', () => parseFqdn(bsfName)) }),
    ...bsfTrustOf(flags),
  }
}

/** Without TLS nothing would be checked, and nobody would see it. */
function bsfTrustOf({ bsfUrl, bsfPin: pin, bsfCa: ca }: CardFlags): Pick<CardSettings, 'bsfTrust'> {
  if (pin === undefined && ca === undefined) return {}
  // Of flags the command line says it; of a file nobody else does.
  if (pin !== undefined && ca !== undefined) {
    throw new ConfigurationInvalid('--bsf-pin, --bsf-ca: one of them')
  }
  const flag = pin === undefined ? '--bsf-ca' : '--bsf-pin'
  if (bsfUrl === undefined || !parseBsfUrl(bsfUrl).secure) {
    throw new ConfigurationInvalid(`${flag}: needs --bsf-url with https`)
  }
  const given = { ...(pin !== undefined && { pin }), ...(ca !== undefined && { ca }) }
  return { bsfTrust: trustOf(given, 'bsf-') }
}

/** Who sees what card and BSF are told. */
export interface CardWatch extends Pick<TerminalOptions, 'trace' | 'clock' | 'entityName'> {
  readonly keyLog?: KeyLog
}

/**
 * Works with the card and the way to its BSF, and closes both in the end.
 *
 * @param seen Who takes the card's commands and answers, the name of who sends them, and who takes the secrets of TLS
 *   to the BSF; default nobody.
 * @throws {ConfigurationInvalid} If there is no such reader, or the BSF's URL is none.
 * @throws {CpnsError} If the card is not there, refuses its PIN, or is of no use.
 */
export async function withCard<T>(
  settings: CardSettings,
  work: (parts: { readonly card: GbaCard; readonly ub: UbExchange }) => Promise<T>,
  { keyLog, ...seen }: CardWatch = {},
): Promise<T> {
  const { reader, cardPin: pin, application } = settings
  const opened = await openReader(reader, createSystemRandom())
  const card = await openUiccApplication(opened, {
    ...seen,
    ...(pin !== undefined && { pin }),
    ...(application !== undefined && { application }),
  })
  try {
    const { bsfTrust: trust } = settings
    const ub = connectUb({
      baseUrl: bsfUrlOf(settings, card),
      ...(trust && { trust }),
      ...(keyLog && { keyLog }),
    })
    try {
      return await work({ card, ub })
    } finally {
      await ub.close()
    }
  } finally {
    await card.close()
  }
}

/** Where Ub is spoken. It changes no name: neither realm nor B-TID. Design 4 */
export function bsfUrlOf(
  { bsfUrl, bsfName }: Pick<CardSettings, 'bsfUrl' | 'bsfName'>,
  card: Pick<GbaCard, 'bsfName'>,
): string {
  return bsfUrl ?? `http://${bsfName ?? card.bsfName}`
}

function readCardPin(file: string): Secret {
  const pin = Buffer.from(readWholeFile('--card-pin-file', file)).toString('utf8').trim()
  if (/^\d{4,8}$/.test(pin)) return Secret.of(utf8(pin))
  throw new ConfigurationInvalid(`--card-pin-file ${file}: a PIN has 4 to 8 digits`)
}
