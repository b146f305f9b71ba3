/** `cpns uicc new`: makes a software card, and says how an HSS learns of its user. Design 10 */
import { Command, Option } from 'commander'
import { writeNewCardProfile } from '../adapters/card/card-profile-file.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { computeOpc } from '../aka/milenage.ts'
import { computeTopc, DEFAULT_TUAK_PROFILE } from '../aka/tuak.ts'
import { Secret } from '../crypto/secret.ts'
import { parseImpi } from '../identity/impi.ts'
import { impiOfImsi, type MncLength, parseImsi } from '../identity/imsi.ts'
import { toHex } from '../octets/octets.ts'
import type { Random } from '../ports/random.ts'
import type { CardCredentials, CardProfile } from '../uicc/card-profile.ts'
import { newCardProfile } from '../uicc/new-card-profile.ts'
import { readFlag, readKey } from './flag-values.ts'
import { type JsonFlag, say, sayable } from './say.ts'

/** The flags as they come from the command line. */
interface NewFlags extends JsonFlag {
  readonly imsi: string
  readonly mncLength: '2' | '3'
  readonly impi?: string
  readonly algorithm: 'milenage' | 'tuak'
  readonly k?: string
  readonly opc?: string
  readonly op?: string
  readonly out: string
}

const K_LENGTHS = { milenage: [16], tuak: [16, 32] } as const
const VARIANT_LENGTH = { milenage: 16, tuak: 32 } as const

/** The command; `output` gets nothing but the `subscriber add` lines. */
export function uiccNewCommand(output: NodeJS.WritableStream): Command {
  const command = new Command('new')
    .description('make a software card; prints the subscriber add line of its HSS, which holds K')
    .requiredOption('--imsi <digits>', 'IMSI of its USIM')
    .addOption(
      new Option('--mnc-length <digits>', 'digits of the MNC').choices(['2', '3']).default('2'),
    )
    .option('--impi <text>', 'gives the card an ISIM with this IMPI too')
    .addOption(
      new Option('--algorithm <name>', 'f-functions')
        .choices(['milenage', 'tuak'])
        .default('milenage'),
    )
    .option('--k <hex>', 'K, 16 octets (TUAK: 16 or 32); default fresh')
    .option('--opc <hex>', 'OPc, 16 octets (TUAK: TOPc, 32); default fresh')
    .addOption(
      new Option('--op <hex>', 'OP or TOP, from which OPc or TOPc is computed').conflicts('opc'),
    )
    .requiredOption('--out <file>', 'profile to write; one that exists is not overwritten')
  return sayable(command, 'lines for "cpns subscriber import", one JSON object each').action(
    async (flags: NewFlags) => {
      const profile = profileOf(flags, createSystemRandom())
      await writeNewCardProfile(flags.out, profile)
      const { isTTY } = output as Partial<NodeJS.WriteStream>
      for (const fields of subscribersOf(profile)) {
        // One line for `$(…)`; on a terminal as many as it takes to be read, and copied.
        const words = commandOf(fields)
        const lines = isTTY === true ? words.join(' \\\n  ').split('\n') : words.join(' ')
        say(flags, fields, lines, output)
      }
    },
  )
}

function profileOf(flags: NewFlags, random: Random): CardProfile {
  const identity = readFlag('--imsi', () => ({
    imsi: parseImsi(flags.imsi),
    mncLength: Number(flags.mncLength) as MncLength,
  }))
  const { impi } = flags
  const isim = impi === undefined ? {} : readFlag('--impi', () => ({ impi: parseImpi(impi) }))
  return newCardProfile({ ...identity, ...isim, credentials: credentialsOf(flags, random) }, random)
}

function credentialsOf({ algorithm, k, opc, op }: NewFlags, random: Random): CardCredentials {
  const length = VARIANT_LENGTH[algorithm]
  const subscriberKey =
    readKey('--k', k, K_LENGTHS[algorithm]) ?? fresh(K_LENGTHS.milenage[0], random)
  const given = readKey('--opc', opc, [length])
  const common = readKey('--op', op, [length])
  if (algorithm === 'milenage') {
    const computed = common && computeOpc({ k: subscriberKey, op: common })
    return { algorithm, subscriberKey, operatorVariant: given ?? computed ?? fresh(length, random) }
  }
  const computed = common && computeTopc({ k: subscriberKey, top: common })
  const operatorVariant = given ?? computed ?? fresh(length, random)
  return { algorithm, subscriberKey, operatorVariant, tuak: DEFAULT_TUAK_PROFILE }
}

/** Each IMPI of the card is a subscriber of its own. The names are those of `cpns subscriber import`. */
function subscribersOf({ credentials, applications }: CardProfile): readonly SubscriberFields[] {
  const { algorithm, subscriberKey, operatorVariant } = credentials
  const variant = toHex(operatorVariant.reveal())
  const impis = applications.map((one) =>
    one.application === 'ISIM' ? one.impi : impiOfImsi(one.imsi, one.mncLength),
  )
  return [...new Set(impis)].map((impi) => ({
    impi,
    algorithm,
    k: toHex(subscriberKey.reveal()),
    ...(algorithm === 'milenage' ? { opc: variant } : { topc: variant }),
    uiccType: 'GBA_U',
  }))
}

/** Command and flags. */
function commandOf(fields: SubscriberFields): readonly string[] {
  const { impi, algorithm, k, opc, topc, uiccType } = fields
  return [
    'cpns subscriber add',
    `--impi ${impi}`,
    `--algorithm ${algorithm}`,
    `--k ${k}`,
    opc === undefined ? `--topc ${topc}` : `--opc ${opc}`,
    `--uicc-type ${uiccType}`,
  ]
}

interface SubscriberFields {
  readonly impi: string
  readonly algorithm: CardCredentials['algorithm']
  readonly k: string
  readonly opc?: string
  readonly topc?: string
  readonly uiccType: 'GBA_U'
}

function fresh(length: number, random: Random): Secret {
  return Secret.of(random.octets(length))
}
