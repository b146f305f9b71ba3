/** The flags of commands that use a card: which one, and where its BSF is. Design 4, 12 */
import { Option } from 'commander'
import { openReader } from '../adapters/card/open-reader.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { connectUb } from '../adapters/ub/connect-ub.ts'
import type { ApplicationName } from '../apdu/aid.ts'
import { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import { openUiccApplication, type TerminalOptions } from '../gba/uicc-terminal.ts'
import { type Fqdn, parseFqdn } from '../identity/fqdn.ts'
import { CARD_PROFILE } from '../lab/lab-files.ts'
import { utf8 } from '../octets/octets.ts'
import { readFlag } from './flag-values.ts'
import { readWholeFile } from './read-whole-file.ts'

/** The flags as they come from the command line. */
export interface CardFlags {
  /** Data folder, in which a card may be. */
  readonly data?: string
  readonly reader?: string
  readonly cardPinFile?: string
  readonly cardApplication?: string
  readonly bsfUrl?: string
  readonly bsfName?: string
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
  }
}

/**
 * Works with the card and the way to its BSF, and closes both in the end.
 *
 * @param seen Who takes the card's commands and answers, and the name of who sends them; default nobody.
 * @throws {ConfigurationInvalid} If there is no such reader, or the BSF's URL is none.
 * @throws {CpnsError} If the card is not there, refuses its PIN, or is of no use.
 */
export async function withCard<T>(
  settings: CardSettings,
  work: (parts: { readonly card: GbaCard; readonly ub: UbExchange }) => Promise<T>,
  seen: Pick<TerminalOptions, 'trace' | 'clock' | 'entityName'> = {},
): Promise<T> {
  const { reader, cardPin: pin, application } = settings
  const opened = await openReader(reader, createSystemRandom())
  const card = await openUiccApplication(opened, {
    ...seen,
    ...(pin !== undefined && { pin }),
    ...(application !== undefined && { application }),
  })
  try {
    const ub = connectUb({ baseUrl: bsfUrlOf(settings, card) })
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
