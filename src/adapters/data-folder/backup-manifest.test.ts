import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withFolder } from '../sqlite/sqlite.fixture.ts'
import { MANIFEST_FILE, verifyBackup, writeManifest } from './backup-manifest.ts'

const createdAt = '2026-01-02T03:04:05.000Z'

test('a whole backup is; one that was altered, or has lost a file, is not', () =>
  withFolder((folder) => {
    writeFileSync(join(folder, 'a.db'), 'octets')
    writeFileSync(join(folder, 'b.pem'), 'pem')
    writeManifest(folder, ['a.db', 'b.pem'], { createdAt, masterKeyId: '01'.repeat(8) })
    const manifest = verifyBackup(folder)
    expect(manifest).toMatchObject({ form: 1, createdAt, masterKeyId: '01'.repeat(8) })
    expect(Object.keys(manifest.files)).toEqual(['a.db', 'b.pem'])
    writeFileSync(join(folder, 'a.db'), 'other')
    expect(() => verifyBackup(folder)).toThrow('a.db is missing or was altered')
    rmSync(join(folder, 'a.db'))
    expect(() => verifyBackup(folder)).toThrow('a.db is missing or was altered')
  }))

test.each(['', '{}', '{"form":2}', 'no JSON'])('%j is no manifest', (text) =>
  withFolder((folder) => {
    expect(() => verifyBackup(folder)).toThrow('it is no finished backup')
    writeFileSync(join(folder, MANIFEST_FILE), text)
    expect(() => verifyBackup(folder)).toThrow('it is no finished backup')
  }),
)
