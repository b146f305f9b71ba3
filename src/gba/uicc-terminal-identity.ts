/** Who a card says its user is: IMPI and BSF name of each kind of application. TS 23.003 13.3, 16.2 */
import type { ApplicationName } from '../apdu/aid.ts'
import { decodeMncLength } from '../apdu/ef-ad.ts'
import { decodeEfImsi } from '../apdu/ef-imsi.ts'
import { decodeEfImsiM } from '../apdu/ef-imsi-m.ts'
import { decodeEfText } from '../apdu/ef-text.ts'
import { GBA_FILES } from '../apdu/gba-files.ts'
import { hasService, IST_SERVICE, UST_SERVICE } from '../apdu/service-table.ts'
import { Unsupported } from '../errors/errors.ts'
import { type Fqdn, parseFqdn } from '../identity/fqdn.ts'
import { type Impi, parseImpi } from '../identity/impi.ts'
import {
  bsfNameOfImsi,
  type Imsi,
  impiOfImsi,
  type MncLength,
  usualMncLength,
} from '../identity/imsi.ts'
import type { CommandSender } from './uicc-terminal-commands.ts'
import { type NamedFile, readTransparent, selectFile } from './uicc-terminal-files.ts'

/** What an application says of its user. */
export interface CardIdentity {
  readonly impi: Impi
  /** BSF of the home network. */
  readonly bsfName: Fqdn
  /** Whether the card does GBA itself. */
  readonly supportsGbaU: boolean
}

const EF_IMSI = { name: 'EF_IMSI', fileId: 0x6f07 }
const EF_IMSI_M = { name: 'EF_IMSI_M', fileId: 0x6f22 }
const EF_AD = { name: 'EF_AD', fileId: 0x6fad }
const EF_UST = { name: 'EF_UST', fileId: 0x6f38 }
const EF_IST = { name: 'EF_IST', fileId: 0x6f07 }
const EF_IMPI = { name: 'EF_IMPI', fileId: 0x6f02 }
const EF_DOMAIN = { name: 'EF_DOMAIN', fileId: 0x6f03 }

const IMS_DOMAIN_OF_IMSI = /^ims\.(mnc\d{3}\.mcc\d{3})\.3gppnetwork\.org$/

/**
 * Identity of the selected application.
 *
 * @throws {Unsupported} If a file that it needs is missing or refused.
 * @throws {InvalidMessage} If a file holds something else.
 */
export async function readIdentity(
  sender: CommandSender,
  application: ApplicationName,
): Promise<CardIdentity> {
  if (application === 'USIM') return readUsim(sender)
  if (application === 'ISIM') return readIsim(sender)
  return readCsim(sender)
}

/**
 * BSF name of a home network domain that an ISIM names: that of the IMSI form if it is one, else "bsf."
 * in front. The second rule is from memory (75 %). TS 23.003 16.2
 */
export function bsfNameOfDomain(domain: string): Fqdn {
  const network = IMS_DOMAIN_OF_IMSI.exec(domain.toLowerCase())?.[1]
  return parseFqdn(
    network === undefined ? `bsf.${domain}` : `bsf.${network}.pub.3gppnetwork.org`,
    'home network domain',
  )
}

async function readUsim(sender: CommandSender): Promise<CardIdentity> {
  const services = (await readTransparent(sender, EF_UST)) ?? new Uint8Array(0)
  const imsi = decodeEfImsi(await readMandatory(sender, EF_IMSI))
  return {
    ...identityOfImsi(imsi, await readMncLength(sender, imsi)),
    supportsGbaU: hasService(services, UST_SERVICE.gba),
  }
}

async function readIsim(sender: CommandSender): Promise<CardIdentity> {
  const services = (await readTransparent(sender, EF_IST)) ?? new Uint8Array(0)
  const impi = decodeImpi(await readMandatory(sender, EF_IMPI))
  const bsfName = await readBsfName(sender, impi)
  return { impi, bsfName, supportsGbaU: hasService(services, IST_SERVICE.gba) }
}

/**
 * IMPI from EF_IMPI if the CSIM has one, else from IMSI_M; GBA if it has EF_GBABP. Our own rules: the
 * CSIM specification was not readable (GBA facts 12).
 */
async function readCsim(sender: CommandSender): Promise<CardIdentity> {
  const gbabp = { name: 'EF_GBABP', fileId: GBA_FILES.CSIM.gbabp }
  const supportsGbaU = (await selectFile(sender, gbabp)) !== undefined
  const named = await readTransparent(sender, EF_IMPI)
  if (named !== undefined) {
    const impi = decodeImpi(named)
    return { impi, bsfName: await readBsfName(sender, impi), supportsGbaU }
  }
  const imsi = decodeEfImsiM(await readMandatory(sender, EF_IMSI_M))
  return { ...identityOfImsi(imsi, await readMncLength(sender, imsi)), supportsGbaU }
}

function identityOfImsi(imsi: Imsi, mncLength: MncLength) {
  return { impi: impiOfImsi(imsi, mncLength), bsfName: bsfNameOfImsi(imsi, mncLength) }
}

/** Cards from before octet 4 of EF_AD do not say it: then it is what is usual in their country. */
async function readMncLength(sender: CommandSender, imsi: Imsi): Promise<MncLength> {
  const ad = (await readTransparent(sender, EF_AD)) ?? new Uint8Array(0)
  return decodeMncLength(ad) ?? usualMncLength(imsi)
}

/** From EF_DOMAIN; a card without it, or with an empty one, names its domain in the IMPI. */
async function readBsfName(sender: CommandSender, impi: Impi): Promise<Fqdn> {
  const contents = await readTransparent(sender, EF_DOMAIN)
  const named = contents === undefined ? '' : domainIn(contents)
  return bsfNameOfDomain(named === '' ? impi.slice(impi.lastIndexOf('@') + 1) : named)
}

/** Empty if nothing was ever written. Cards of early releases hold it as a SIP URI. */
function domainIn(contents: Uint8Array): string {
  if (contents.every((octet) => octet === contents[0])) return ''
  return decodeEfText(contents, EF_DOMAIN.name).replace(/^sips?:/i, '')
}

async function readMandatory(sender: CommandSender, file: NamedFile): Promise<Uint8Array> {
  const contents = await readTransparent(sender, file)
  if (contents === undefined) throw new Unsupported(`the card has no ${file.name}`)
  return contents
}

function decodeImpi(contents: Uint8Array): Impi {
  return parseImpi(decodeEfText(contents, EF_IMPI.name), EF_IMPI.name)
}
