/**
 * What a terminal finds in each application: the mandatory files with their contents at personalisation,
 * and the GBA files. TS 31.102 4.2, TS 31.103 4.2
 *
 * Contents that the network fills later hold the values of a card that was never used. The files of the
 * CSIM beyond EF_IMSI_M are our own choice (see `CsimProfile`).
 */
import type { ApplicationName } from '../apdu/aid.ts'
import { encodeEfAd } from '../apdu/ef-ad.ts'
import { encodeEfGbabp } from '../apdu/ef-gbabp.ts'
import { encodeEfImsi } from '../apdu/ef-imsi.ts'
import { encodeEfImsiM } from '../apdu/ef-imsi-m.ts'
import { encodeEfText } from '../apdu/ef-text.ts'
import { GBA_FILES } from '../apdu/gba-files.ts'
import { encodeServiceTable, IST_SERVICE, UST_SERVICE } from '../apdu/service-table.ts'
import { fromHex, utf8 } from '../octets/octets.ts'
import { type FileDeclaration, linearFixed, transparent } from './card-file.ts'
import type { ApplicationProfile, CsimProfile, IsimProfile, UsimProfile } from './card-profile.ts'

/** Octets of EF_GBABP and of one record of EF_GBANL; one APDU reads either. */
export const GBA_FILE_LENGTH = 255
/** Records of EF_GBANL: for how many NAFs the card keeps a Ks_int_NAF. */
export const NAF_KEY_RECORDS = 5

const UST_LENGTH = 14
const IST_LENGTH = 3
const FPLMN_ENTRIES = 4
const KEYS_LENGTH = 33
const NETPAR_LENGTH = 46
const NO_RAND = { rand: new Uint8Array(0), btid: '', keyLifetime: '' }

/** The files of one ADF, but for its EF_ARR. */
export function applicationFiles(application: ApplicationProfile): FileDeclaration[] {
  const gba = application.gba ? gbaFiles(application.application) : []
  return [...ownFiles(application), ...gba]
}

/** DF_GSM, which some terminals still read first. TS 51.011 10.3 */
export function gsmFiles({ imsi, mncLength }: UsimProfile): FileDeclaration[] {
  return [
    transparent(['EF_IMSI', 0x6f07, 0, 'personal'], encodeEfImsi(imsi)),
    transparent(['EF_AD', 0x6fad, 0, 'open'], encodeEfAd(mncLength)),
  ]
}

function ownFiles(application: ApplicationProfile): FileDeclaration[] {
  if (application.application === 'USIM') return usimFiles(application)
  if (application.application === 'ISIM') return isimFiles(application)
  return csimFiles(application)
}

/** TS 31.102 4.2; file sizes where the clause leaves them open are ours. */
function usimFiles({ imsi, mncLength, gba, gsm }: UsimProfile): FileDeclaration[] {
  const services = [
    ...(gsm ? [UST_SERVICE.gsmAccess, UST_SERVICE.gsmSecurityContext] : []),
    ...(gba ? [UST_SERVICE.gba] : []),
  ]
  return [
    transparent(['EF_LI', 0x6f05, 2, 'language'], fromHex('656effff')),
    transparent(['EF_IMSI', 0x6f07, 7, 'personal'], encodeEfImsi(imsi)),
    transparent(['EF_Keys', 0x6f08, 8, 'working'], noKeys()),
    transparent(['EF_KeysPS', 0x6f09, 9, 'working'], noKeys()),
    transparent(['EF_HPPLMN', 0x6f31, 18, 'personal'], fromHex('0a')),
    transparent(['EF_UST', 0x6f38, 4, 'personal'], encodeServiceTable(services, UST_LENGTH)),
    transparent(['EF_START-HFN', 0x6f5b, 15, 'working'], fromHex('f00000f00000')),
    transparent(['EF_THRESHOLD', 0x6f5c, 16, 'personal'], fromHex('ffffff')),
    transparent(['EF_PSLOCI', 0x6f73, 12, 'working'], fromHex('ffffffffffffffffffff0000ff01')),
    transparent(['EF_ACC', 0x6f78, 6, 'personal'], accessClassOf(imsi)),
    transparent(['EF_FPLMN', 0x6f7b, 13, 'working'], filled(3 * FPLMN_ENTRIES)),
    transparent(['EF_LOCI', 0x6f7e, 11, 'working'], fromHex('ffffffffffffff0000ff01')),
    transparent(['EF_AD', 0x6fad, 3, 'open'], encodeEfAd(mncLength)),
    linearFixed(['EF_ECC', 0x6fb7, 1, 'open'], [fromHex('11f2ff00')]),
    transparent(['EF_NETPAR', 0x6fc4, 0, 'working'], filled(NETPAR_LENGTH)),
  ]
}

/** TS 31.103 4.2 */
function isimFiles({ impi, impus, domain, gba }: IsimProfile): FileDeclaration[] {
  const services = gba ? [IST_SERVICE.gba] : []
  return [
    text(['EF_IMPI', 0x6f02, 2], impi),
    text(['EF_DOMAIN', 0x6f03, 5], domain),
    linearFixed(['EF_IMPU', 0x6f04, 4, 'personal'], impus.map(textObject)),
    transparent(['EF_IST', 0x6f07, 7, 'personal'], encodeServiceTable(services, IST_LENGTH)),
    transparent(['EF_AD', 0x6fad, 3, 'open'], fromHex('000000')),
  ]
}

function csimFiles({ imsi, mncLength, impi, domain }: CsimProfile): FileDeclaration[] {
  return [
    transparent(['EF_IMSI_M', 0x6f22, 0, 'personal'], encodeEfImsiM(imsi)),
    transparent(['EF_AD', 0x6fad, 3, 'open'], encodeEfAd(mncLength)),
    ...(impi === undefined ? [] : [text(['EF_IMPI', 0x6f02, 2], impi)]),
    ...(domain === undefined ? [] : [text(['EF_DOMAIN', 0x6f03, 5], domain)]),
  ]
}

/** TS 31.102 4.2.79 and 4.2.83, TS 31.103 4.2.9 and 4.2.10 */
function gbaFiles(application: ApplicationName): FileDeclaration[] {
  const { gbabp, gbanl } = GBA_FILES[application]
  const bootstrap = encodeEfGbabp(NO_RAND, GBA_FILE_LENGTH)
  const records = Array.from({ length: NAF_KEY_RECORDS }, () => filled(GBA_FILE_LENGTH))
  return [
    transparent(['EF_GBABP', gbabp, 0, 'working'], bootstrap),
    linearFixed(['EF_GBANL', gbanl, 0, 'personal'], records),
  ]
}

function text(
  [name, fileId, sfi]: readonly [name: string, fileId: number, sfi: number],
  value: string,
): FileDeclaration {
  return transparent([name, fileId, sfi, 'personal'], textObject(value))
}

/** Tag, length (of two octets from 128 on) and the text. */
function textObject(value: string): Uint8Array {
  const { length } = utf8(value)
  return encodeEfText(value, length + (length < 0x80 ? 2 : 3))
}

/** One bit of access classes 0 to 9, by the last digit of the IMSI. TS 31.102 4.2.15 */
function accessClassOf(imsi: string): Uint8Array {
  const bits = 1 << Number(imsi.at(-1))
  return Uint8Array.of(bits >> 8, bits & 0xff)
}

/** KSI 7: no key is there. TS 31.102 4.2.3 */
function noKeys(): Uint8Array {
  const keys = filled(KEYS_LENGTH)
  keys[0] = 0x07
  return keys
}

function filled(length: number): Uint8Array {
  return new Uint8Array(length).fill(0xff)
}
