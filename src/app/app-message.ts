/** A message as an application sees it, in JSON. Design 8 */
import { toBase64 } from '../octets/octets.ts'

/** One message to a service. */
export interface AppMessage {
  readonly messageId: string
  readonly from: string
  readonly to: string
  readonly contentType: string
  readonly payload: Uint8Array
  /** UTC milliseconds. */
  readonly expiresAtMs: number
}

/** The same in JSON; `text` is there if the payload is UTF-8, `payload` is base64. */
export interface AppMessageJson {
  readonly messageId: string
  readonly from: string
  readonly to: string
  readonly contentType: string
  readonly payload: string
  readonly text?: string
  /** RFC 3339, UTC. */
  readonly expiresAt: string
}

/** For events and webhooks. */
export function describeMessage(message: AppMessage): AppMessageJson {
  const { messageId, from, to, contentType, payload, expiresAtMs } = message
  const text = textOf(payload)
  return {
    messageId,
    from,
    to,
    contentType,
    payload: toBase64(payload),
    ...(text !== undefined && { text }),
    expiresAt: new Date(expiresAtMs).toISOString(),
  }
}

function textOf(payload: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload)
  } catch {
    return undefined
  }
}
