import { expect, test } from 'vitest'
import { fingerprint } from '../crypto/fingerprint.ts'
import { toHex } from '../octets/octets.ts'
import { describeSession } from './client-session.ts'
import { handSession } from './hand-server.fixture.ts'

test('what may be shown of a session holds its fingerprint, and not its key', () => {
  const session = { ...handSession(), endsAtMonotonicMs: 5, lifetimeSeconds: 60 }
  const info = describeSession(session)
  expect(info).toEqual({
    sessionId: session.sessionId,
    lifetimeSeconds: 60,
    fingerprint: fingerprint(session.sessionKey),
  })
  expect(JSON.stringify(info)).not.toContain(toHex(session.sessionKey.reveal()))
})
