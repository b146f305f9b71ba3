import { expect, test } from 'vitest'
import { decodeMncLength } from '../apdu/ef-ad.ts'
import { decodeEfImsi } from '../apdu/ef-imsi.ts'
import { decodeEfImsiM } from '../apdu/ef-imsi-m.ts'
import { decodeEfText } from '../apdu/ef-text.ts'
import { hasService, IST_SERVICE, UST_SERVICE } from '../apdu/service-table.ts'
import { toHex } from '../octets/octets.ts'
import { applicationFiles, gsmFiles } from './application-files.ts'
import type { FileDeclaration } from './card-file.ts'
import type { UsimProfile } from './card-profile.ts'
import { testProfile } from './uicc.fixture.ts'

const [usim, isim, csim] = testProfile().applications.map(applicationFiles) as [
  FileDeclaration[],
  FileDeclaration[],
  FileDeclaration[],
]
const contents = (files: readonly FileDeclaration[], fileId: number) =>
  files.find((file) => file.fileId === fileId)?.initial as Uint8Array

test('a USIM holds every file that TS 31.102 calls mandatory, in the right size', () => {
  const sizes = Object.fromEntries(usim.map(({ name, initial }) => [name, initial.length]))
  expect(sizes).toEqual({
    EF_LI: 4,
    EF_IMSI: 9,
    EF_Keys: 33,
    EF_KeysPS: 33,
    EF_HPPLMN: 1,
    EF_UST: 14,
    'EF_START-HFN': 6,
    EF_THRESHOLD: 3,
    EF_PSLOCI: 14,
    EF_ACC: 2,
    EF_FPLMN: 12,
    EF_LOCI: 11,
    EF_AD: 4,
    EF_ECC: 4,
    EF_NETPAR: 46,
    EF_GBABP: 255,
    EF_GBANL: 1275,
  })
  expect(decodeEfImsi(contents(usim, 0x6f07))).toBe('001010123456789')
  expect(decodeMncLength(contents(usim, 0x6fad))).toBe(2)
  expect(toHex(contents(usim, 0x6f78))).toBe('0200')
})

test('the service tables say GBA, and GSM only where the profile does', () => {
  const ust = contents(usim, 0x6f38)
  expect(hasService(ust, UST_SERVICE.gba)).toBe(true)
  expect(hasService(ust, UST_SERVICE.gsmAccess)).toBe(false)
  expect(hasService(contents(isim, 0x6f07), IST_SERVICE.gba)).toBe(true)
  const plain = { ...testProfile().applications[0], gba: false, gsm: true } as UsimProfile
  const files = applicationFiles(plain)
  const other = contents(files, 0x6f38)
  expect([68, 27, 38].map((service) => hasService(other, service))).toEqual([false, true, true])
  expect(contents(files, 0x6fd6)).toBeUndefined()
})

test('an ISIM holds its identities', () => {
  expect(isim.map(({ name }) => name)).toEqual([
    'EF_IMPI',
    'EF_DOMAIN',
    'EF_IMPU',
    'EF_IST',
    'EF_AD',
    'EF_GBABP',
    'EF_GBANL',
  ])
  expect(decodeEfText(contents(isim, 0x6f02), 'EF_IMPI')).toBe(
    '001010123456789@ims.mnc001.mcc001.3gppnetwork.org',
  )
  expect(decodeEfText(contents(isim, 0x6f03), 'EF_DOMAIN')).toBe(
    'ims.mnc001.mcc001.3gppnetwork.org',
  )
  expect(decodeEfText(contents(isim, 0x6f04), 'EF_IMPU')).toBe('sip:alice@ims.example')
})

test('a long text has a length of two octets', () => {
  const impi = `${'a'.repeat(150)}@ims.example`
  const application = { ...testProfile().applications[1], impi } as Parameters<
    typeof applicationFiles
  >[0]
  expect(decodeEfText(contents(applicationFiles(application), 0x6f02), 'EF_IMPI')).toBe(impi)
})

test('a CSIM holds IMSI_M, and IMPI and domain if it has them', () => {
  expect(decodeEfImsiM(contents(csim, 0x6f22))).toBe('001010123456789')
  expect(contents(csim, 0x6f02)).toBeUndefined()
  const named = applicationFiles({
    ...testProfile().applications[2],
    impi: 'a@b.example',
    domain: 'b.example',
  } as Parameters<typeof applicationFiles>[0])
  expect(decodeEfText(contents(named, 0x6f02), 'EF_IMPI')).toBe('a@b.example')
  expect(decodeEfText(contents(named, 0x6f03), 'EF_DOMAIN')).toBe('b.example')
})

test('DF_GSM shows the IMSI too', () => {
  const files = gsmFiles(testProfile().applications[0] as UsimProfile)
  expect(decodeEfImsi(contents(files, 0x6f07))).toBe('001010123456789')
})
