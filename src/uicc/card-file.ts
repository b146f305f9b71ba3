/** The files of a card as they are laid out at personalisation; what is in them now stands in `CardMemory`. TS 102 221 8 */
import type { AccessRule } from '../apdu/access-rules.ts'
import { padded } from '../apdu/padding.ts'
import type { ApplicationProfile } from './card-profile.ts'

/** MF, a DF or an ADF. */
export interface CardDirectory {
  readonly kind: 'directory'
  /** Names the directory inside the card: `3f00`, `3f00/7f20`, `USIM`. */
  readonly path: string
  /** 3F00 for the MF, 7FFF for an ADF (which is selected by its AID). */
  readonly fileId: number
  /** What an ADF belongs to. */
  readonly application?: ApplicationProfile
  readonly children: readonly CardFile[]
}

/** An EF. */
export interface CardElementaryFile {
  readonly kind: 'transparent' | 'linear-fixed'
  /** As in `CardDirectory`, with the file identifier at its end. */
  readonly path: string
  readonly fileId: number
  /** Name in its specification, for instance `EF_IMSI`. */
  readonly name: string
  /** Short file identifier, 1 to 30. */
  readonly sfi?: number
  readonly access: AccessRuleName
  /** Contents at personalisation; the size never changes. */
  readonly initial: Uint8Array
  /** Linear fixed files: octets of one record; divides the size. */
  readonly recordLength?: number
}

/** A file of any kind. */
export type CardFile = CardDirectory | CardElementaryFile

/** What a table of files says of one; directory and path come from where it stands. */
export type FileDeclaration = Omit<CardElementaryFile, 'path'>

/** Who may read and update: one row a kind of file, and one record of each EF_ARR. TS 102 221 9.2 */
export const ACCESS_RULES = {
  open: { read: 'always', update: 'adm' },
  fixed: { read: 'always', update: 'never' },
  personal: { read: 'pin', update: 'adm' },
  working: { read: 'pin', update: 'pin' },
  language: { read: 'always', update: 'pin' },
} as const satisfies Record<string, AccessRule>

/** Name of an access rule. */
export type AccessRuleName = keyof typeof ACCESS_RULES

/** Record of EF_ARR that holds a rule, from 1. */
export function accessRuleRecord(name: AccessRuleName): number {
  return Object.keys(ACCESS_RULES).indexOf(name) + 1
}

/** Name, file identifier, short file identifier (0: none) and access rule. */
export type FileHeading = readonly [
  name: string,
  fileId: number,
  sfi: number,
  access: AccessRuleName,
]

/** A transparent file with these contents. */
export function transparent(heading: FileHeading, initial: Uint8Array): FileDeclaration {
  return { kind: 'transparent', ...headingOf(heading), initial }
}

/** A linear fixed file; every record is padded to the longest one, or to `recordLength`. */
export function linearFixed(
  heading: FileHeading,
  records: readonly Uint8Array[],
  recordLength = Math.max(...records.map(({ length }) => length)),
): FileDeclaration {
  const initial = new Uint8Array(recordLength * records.length)
  for (const [index, record] of records.entries()) {
    initial.set(padded(record, recordLength), index * recordLength)
  }
  return { kind: 'linear-fixed', ...headingOf(heading), initial, recordLength }
}

/** Four hex digits, as paths hold them. */
export function formatFileId(fileId: number): string {
  return fileId.toString(16).padStart(4, '0')
}

function headingOf([name, fileId, sfi, access]: FileHeading) {
  return { name, fileId, access, ...(sfi === 0 ? {} : { sfi }) }
}
