import { expect, test } from 'vitest'
import { GATEWAY_ID, WATCH_ID } from '../../test/support/cpns-world.ts'
import { describePn } from './shown-pn.ts'

const at = (seconds: number): string => `1970-01-01T00:00:${String(seconds).padStart(2, '0')}.000Z`

test('who is online was seen now, who is away when it went, and some were never seen', () => {
  const member = { entityId: WATCH_ID, expiresAtMs: 9_000 }
  const pn = { pnId: 'urn:x:n', gateway: GATEWAY_ID, expiresAtMs: 9_000, lastSeenMs: 1_000 }
  const away = { ...pn, isOnline: false, members: [{ ...member, isOnline: false }] }
  expect(describePn(away, 5_000)).toEqual({
    pnId: 'urn:x:n',
    gateway: GATEWAY_ID,
    online: false,
    lastSeen: at(1),
    expires: at(9),
    members: [{ entityId: WATCH_ID, online: false, expires: at(9) }],
  })
  const online = { ...pn, alias: 'home', isOnline: true, members: [{ ...member, isOnline: true }] }
  expect(describePn(online, 5_000)).toMatchObject({
    alias: 'home',
    lastSeen: at(5),
    members: [{ online: true, lastSeen: at(5) }],
  })
})
