import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withFolder } from '../sqlite/sqlite.fixture.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { checkCertificate } from './check-certificate.ts'

const DAY_MS = 86_400_000
const NOW = Date.now()

test('a pair in time is fine; what is wrong is said, with what to do', () =>
  withFolder((folder) => {
    const files = { certificateFile: `${folder}/c.pem`, keyFile: `${folder}/k.pem` }
    const one = testCertificate({ lifetimeDays: 100 }, NOW)
    writeFileSync(files.certificateFile, one.certificatePem)
    writeFileSync(files.keyFile, one.privateKeyPem)
    const check = (days: number, names: string[] = [], isRenewed = false) =>
      checkCertificate({ ...files, names, isRenewed }, NOW + days * DAY_MS)
    expect(check(1, ['localhost'])).toMatchObject({ state: 'ok' })
    expect(check(80)).toMatchObject({ state: 'warning', advice: 'have it renewed' })
    expect(check(200)).toMatchObject({ state: 'problem', advice: 'have it renewed' })
    expect(check(200, [], true)).toMatchObject({ state: 'warning' })
    expect(check(-10)).toMatchObject({ state: 'problem', advice: expect.stringContaining('clock') })
    expect(check(1, ['cpns.example.org'])).toMatchObject({
      state: 'problem',
      found: 'it does not name cpns.example.org',
    })
    writeFileSync(files.keyFile, testCertificate().privateKeyPem)
    expect(check(1).found).toContain('is the key of another certificate')
    writeFileSync(files.certificateFile, one.certificatePem.slice(0, 60))
    expect(check(1)).toMatchObject({ state: 'problem' })
  }))
