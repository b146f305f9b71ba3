/** The tree of a card: MF, its DFs and EFs, and one ADF an application. TS 102 221 8.1 and 13 */
import { encodeAccessRule } from '../apdu/access-rules.ts'
import type { ApplicationName } from '../apdu/aid.ts'
import { encodeBcd } from '../apdu/bcd.ts'
import { encodeDirectoryEntry } from '../apdu/ef-dir.ts'
import { fromHex, utf8 } from '../octets/octets.ts'
import { applicationFiles, gsmFiles } from './application-files.ts'
import {
  ACCESS_RULES,
  type CardDirectory,
  type CardFile,
  type FileDeclaration,
  formatFileId,
  linearFixed,
  transparent,
} from './card-file.ts'
import type { CardProfile } from './card-profile.ts'

/** All that can be selected on a card. */
export interface CardFileSystem {
  readonly mf: CardDirectory
  /** ADFs in the order of EF_DIR. */
  readonly applications: readonly CardDirectory[]
}

/** File identifier of the MF. TS 102 221 8.6 */
export const FILE_ID_MF = 0x3f00
/** Stands for the ADF of the application that is active on a channel. TS 102 221 8.6 */
export const FILE_ID_CURRENT_ADF = 0x7fff
/** EF_ARR under the MF, and in every ADF. TS 102 221 13.4, TS 31.102 4.2.60 */
export const FILE_ID_ARR = { mf: 0x2f06, adf: 0x6f06 } as const

/** TS 31.102 Annex H, TS 31.103 Annex D; the CSIM's is ours. */
const ARR_SFI: Readonly<Record<ApplicationName, number>> = { USIM: 23, ISIM: 6, CSIM: 6 }
const FILE_ID_DF_GSM = 0x7f20
const ICCID_LENGTH = 10
/** 61 L 4F L AID 50 L label, with the longest label that a profile may have. */
const DIRECTORY_HEADINGS = 6

/** The tree that a profile describes. */
export function createFileSystem(profile: CardProfile): CardFileSystem {
  const applications = profile.applications.map((application) =>
    directory(application.application, FILE_ID_CURRENT_ADF, {
      files: [
        arr(FILE_ID_ARR.adf, ARR_SFI[application.application]),
        ...applicationFiles(application),
      ],
      application,
    }),
  )
  const usim = profile.applications.find(({ application }) => application === 'USIM')
  const gsm =
    usim?.application === 'USIM'
      ? [
          directory(`3f00/${formatFileId(FILE_ID_DF_GSM)}`, FILE_ID_DF_GSM, {
            files: gsmFiles(usim),
          }),
        ]
      : []
  const mf = directory('3f00', FILE_ID_MF, { files: masterFiles(profile), directories: gsm })
  return { mf, applications }
}

/** ADF of an application, if the card has it. */
export function findApplication(
  { applications }: CardFileSystem,
  name: ApplicationName,
): CardDirectory | undefined {
  return applications.find(({ application }) => application?.application === name)
}

/** The directory that a directory stands in; ADFs stand under the MF. */
export function parentOf(
  { mf }: CardFileSystem,
  directory: CardDirectory,
): CardDirectory | undefined {
  return directory === mf ? undefined : mf
}

function masterFiles(profile: CardProfile): FileDeclaration[] {
  const entries = profile.applications.map(({ aid, label }) => ({ aid, label }))
  const longest = Math.max(...entries.map(({ aid, label }) => aid.length + utf8(label).length))
  const records = entries.map((entry) => encodeDirectoryEntry(entry, longest + DIRECTORY_HEADINGS))
  return [
    linearFixed(['EF_DIR', 0x2f00, 30, 'open'], records),
    transparent(['EF_PL', 0x2f05, 5, 'language'], fromHex('656effff')),
    arr(FILE_ID_ARR.mf, 6),
    transparent(['EF_ICCID', 0x2fe2, 2, 'fixed'], encodeBcd(profile.iccid, ICCID_LENGTH)),
  ]
}

function arr(fileId: number, sfi: number): FileDeclaration {
  const records = Object.values(ACCESS_RULES).map(encodeAccessRule)
  return linearFixed(['EF_ARR', fileId, sfi, 'open'], records)
}

function directory(
  path: string,
  fileId: number,
  contents: {
    readonly files: readonly FileDeclaration[]
    readonly directories?: readonly CardDirectory[]
    readonly application?: CardDirectory['application']
  },
): CardDirectory {
  const files: readonly CardFile[] = contents.files.map((file) => ({
    ...file,
    path: `${path}/${formatFileId(file.fileId)}`,
  }))
  const children = [...files, ...(contents.directories ?? [])]
  const base = { kind: 'directory', path, fileId, children } as const
  return contents.application === undefined ? base : { ...base, application: contents.application }
}
