/** CPNS messages as trace events: the values that may be shown. Design 11 */
import { toBase64 } from '../octets/octets.ts'
import type { TraceEvent } from '../trace/trace.ts'
import { hideMessageSecrets } from './hide-secrets.ts'
import { type CpnsMessage, encodeMessage, type MessageResult } from './messages.ts'

/** Where a message was seen. */
export type SeenAt = Pick<TraceEvent, 'point' | 'side' | 'from' | 'to' | 'atMs'>

/**
 * An event without HASH, State, IV and keys: nothing in it helps to forge or to decrypt.
 *
 * @param octets The message as it was on the line; default: as this side would write it.
 */
export function messageEvent(message: CpnsMessage, seen: SeenAt, octets?: Uint8Array): TraceEvent {
  const { transactionId } = message
  return {
    kind: 'message',
    ...seen,
    message: message.name,
    ...(transactionId !== undefined && { transactionId }),
    // Made when somebody looks: most events are seen by nobody.
    get fields() {
      return fieldsOf(message)
    },
    wire({ reveal }) {
      const sent = octets ?? encodeMessage(message)
      return { protocol: 'cpns', octets: reveal ? sent.slice() : hideMessageSecrets(sent) }
    },
  }
}

function fieldsOf(message: CpnsMessage): TraceEvent['fields'] {
  switch (message.name) {
    case 'ConnectRequest':
      return present({
        Role: message.role,
        Via: message.via,
        BTID: message.btid,
        KeyType: message.keyType,
        RAND: toBase64(message.randomClient),
      })
    case 'AuthenticateRequest':
      return present({
        Algorithm: message.authReqData.algorithm,
        SessionLifetime: message.authReqData.sessionLifetime,
        KDF: message.authReqData.kdf?.kdf,
        RAND: toBase64(message.authReqData.randomServer),
      })
    case 'AuthenticateResponse':
      return present({ HASH: 'present' })
    case 'ConnectResponse':
      return present({
        Status: message.status,
        HASH: message.hash && 'present',
        NAF: message.naf,
        UaID: message.uaId,
        KeyType: message.keyType,
        RetryAfter: message.retryAfter,
      })
    case 'PneStatus':
      return present({ PNE: message.pne, State: message.state, SecondsLeft: message.secondsLeft })
    case 'PnRegistration':
      return present({
        PNID: message.pnId,
        Alias: message.alias,
        Members: message.members.join(' '),
        Lifetime: message.lifetime,
      })
    case 'PnRegistrationResult':
      return present({ Status: message.status, PNID: message.pnId, Lifetime: message.lifetime })
    case 'Message':
      return present({
        MessageID: message.messageId,
        From: message.from,
        To: message.to,
        ContentType: message.contentType,
      })
    case 'MessageResult':
      return resultFields(message)
    case 'UserInfoRegistration':
    case 'UserInfoInstallation':
      return present({ PNE: message.pne, UserID: message.userId })
    case 'EUKeyAssignmentTrigger':
      return present({ PNE: message.pne, GW: message.gw, Proof: 'present' })
    case 'Error':
      return present({ Status: message.status, Detail: message.detail })
    case 'EUKeyAssignmentRequest':
      return present({ UserID: message.userId, RAND: toBase64(message.randomClient) })
    case 'EUKeyAssignmentResponse':
      return present({
        Status: message.status,
        HASH: message.hash && 'present',
        KeyID: message.encryptedEuKey?.keyId,
        Lifetime: message.encryptedEuKey?.lifetime,
        RetryAfter: message.retryAfter,
      })
    case 'Disconnect':
      break
  }
  return {}
}

function resultFields({ messageId, status, retryAfter }: MessageResult): TraceEvent['fields'] {
  return present({ MessageID: messageId, Status: status, RetryAfter: retryAfter })
}

function present(
  fields: Readonly<Record<string, string | number | undefined>>,
): Record<string, string | number> {
  const entries = Object.entries(fields).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  )
  return Object.fromEntries(entries)
}
