import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { formatBtid } from '../identity/btid.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { parseUserId } from '../identity/user-id.ts'
import { fromUtf8, toBase64 } from '../octets/octets.ts'
import { HAND_SERVER_ID } from './hand-server.fixture.ts'
import { messageEvent } from './message-trace.ts'
import type { CpnsMessage } from './messages.ts'

const AT = { point: 'CPNS-2', side: 'sent', from: 'a', to: 'b', atMs: 1 } as const
const common = { transactionId: 't', entityId: HAND_SERVER_ID }
const octets = (length: number, octet: number) => new Uint8Array(length).fill(octet)
const btid = formatBtid({ rand: octets(16, 1), bsfName: parseFqdn('bsf.example.org') })

/** One message of each name, with the fields that its event shows. */
const MESSAGES: readonly (readonly [CpnsMessage, Readonly<Record<string, string | number>>])[] = [
  [
    {
      name: 'ConnectRequest',
      ...common,
      randomClient: octets(16, 2),
      role: 'pne',
      via: HAND_SERVER_ID,
      btid,
      keyType: 'ks-ext-naf',
      algorithms: ['HMAC-SHA-256'],
    },
    {
      Role: 'pne',
      Via: HAND_SERVER_ID,
      BTID: btid,
      KeyType: 'ks-ext-naf',
      RAND: toBase64(octets(16, 2)),
    },
  ],
  [
    {
      name: 'AuthenticateRequest',
      ...common,
      authReqData: {
        randomServer: octets(16, 3),
        algorithm: 'HMAC-SHA-256',
        sessionLifetime: 60,
        state: octets(40, 0x53),
      },
    },
    { Algorithm: 'HMAC-SHA-256', SessionLifetime: 60, RAND: toBase64(octets(16, 3)) },
  ],
  [
    {
      name: 'AuthenticateResponse',
      ...common,
      authResData: { hash: octets(32, 0x48), state: octets(40, 0x53) },
    },
    { HASH: 'present' },
  ],
  [
    { name: 'ConnectResponse', ...common, status: 200, hash: octets(32, 0x48) },
    { Status: 200, HASH: 'present' },
  ],
  [
    { name: 'ConnectResponse', ...common, status: 429, retryAfter: 7 },
    { Status: 429, RetryAfter: 7 },
  ],
  [
    {
      name: 'PneStatus',
      ...common,
      pne: HAND_SERVER_ID,
      sessionId: '0'.repeat(32),
      state: 'admitted',
      secondsLeft: 9,
    },
    { PNE: HAND_SERVER_ID, State: 'admitted', SecondsLeft: 9 },
  ],
  [
    {
      name: 'Message',
      ...common,
      messageId: 'm',
      from: 'urn:x:a',
      to: 'urn:x:b',
      contentType: 'text/plain',
      expires: 60,
    },
    { MessageID: 'm', From: 'urn:x:a', To: 'urn:x:b', ContentType: 'text/plain' },
  ],
  [
    { name: 'MessageResult', ...common, messageId: 'm', from: 'urn:x:a', status: 202 },
    { MessageID: 'm', Status: 202 },
  ],
  [
    { name: 'Error', ...common, status: 400, detail: 'why' },
    { Status: 400, Detail: 'why' },
  ],
  [{ name: 'Disconnect', ...common }, {}],
  [
    {
      name: 'UserInfoInstallation',
      ...common,
      pne: HAND_SERVER_ID,
      userId: parseUserId('alice'),
      triggerKey: Secret.of(octets(32, 0x54)),
    },
    { PNE: HAND_SERVER_ID, UserID: 'alice' },
  ],
  [
    { name: 'UserInfoRegistration', ...common, pne: HAND_SERVER_ID, code: 'ABCD-1234' },
    { PNE: HAND_SERVER_ID },
  ],
  [
    {
      name: 'EUKeyAssignmentTrigger',
      ...common,
      pne: HAND_SERVER_ID,
      gw: HAND_SERVER_ID,
      nonce: octets(16, 0x55),
      proof: octets(32, 0x56),
      encryptedPassword: {
        algorithm: 'AES-256-GCM',
        iv: octets(12, 0x57),
        sealed: octets(20, 0x58),
      },
    },
    { PNE: HAND_SERVER_ID, GW: HAND_SERVER_ID, Proof: 'present' },
  ],
]

describe.each(MESSAGES)('%o', (message, fields) => {
  test('shows what may be shown', () => {
    expect(messageEvent(message, AT)).toEqual({
      kind: 'message',
      wire: expect.any(Function),
      ...AT,
      message: message.name,
      transactionId: 't',
      fields,
    })
  })

  test('shows no HASH, State or key, and none in its octets', () => {
    const event = messageEvent(message, AT)
    const wire = fromUtf8(event.wire?.({ reveal: false }).octets ?? new Uint8Array(0))
    expect(wire).toContain(`<${message.name} `)
    const text = JSON.stringify(event) + wire
    for (const [length, octet] of [
      [32, 0x48],
      [40, 0x53],
      [32, 0x54],
    ] as const) {
      expect(text).not.toContain(toBase64(octets(length, octet)).slice(0, 12))
      expect(text).not.toContain(octet.toString(16).repeat(8))
    }
  })
})

test('an Error without TransactionID has none in its event', () => {
  const error = { name: 'Error', entityId: HAND_SERVER_ID, status: 400, detail: 'why' } as const
  expect(messageEvent(error, AT)).not.toHaveProperty('transactionId')
})
