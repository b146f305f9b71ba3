/** What a card says of a file when it is selected. TS 102 221 11.1.1.3 */
import { KEY_REFERENCE } from '../apdu/access-rules.ts'
import { encodeDirectoryFcp, encodeFileFcp } from '../apdu/fcp.ts'
import { accessRuleRecord, type CardDirectory, type CardFile } from './card-file.ts'
import { type CardFileSystem, FILE_ID_ARR } from './card-file-system.ts'
import type { CardMemory } from './card-memory.ts'

/** The FCP template of a file, with the PINs as they are now. */
export function fcpOf(files: CardFileSystem, memory: CardMemory, file: CardFile): Uint8Array {
  const inMf = file.path.startsWith(files.mf.path)
  const arr = inMf ? FILE_ID_ARR.mf : FILE_ID_ARR.adf
  if (file.kind === 'directory') return directoryFcp(memory, file, arr)
  const { kind, fileId, initial, recordLength, sfi } = file
  return encodeFileFcp({
    kind,
    fileId,
    size: initial.length,
    ...(recordLength === undefined ? {} : { recordLength }),
    ...(sfi === undefined ? {} : { sfi }),
    access: { fileId: arr, record: accessRuleRecord(file.access) },
  })
}

function directoryFcp(
  { pins }: CardMemory,
  { fileId, application }: CardDirectory,
  arr: number,
): Uint8Array {
  return encodeDirectoryFcp({
    kind: 'directory',
    ...(application === undefined ? { fileId } : { aid: application.aid }),
    access: { fileId: arr, record: accessRuleRecord('fixed') },
    pins: [
      { keyReference: KEY_REFERENCE.pin1, enabled: pins.pin.enabled },
      { keyReference: KEY_REFERENCE.pin2, enabled: pins.pin2.enabled },
    ],
  })
}
