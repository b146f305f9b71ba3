/** One received message as a line. Senders must not be able to move a reader's cursor. */
import { toBase64 } from '../octets/octets.ts'
import type { IncomingMessage } from '../pne/inbox.ts'
import { harmless } from './harmless-text.ts'

/** @param json As one JSON object, else for a person: sender and text, or sender, type and size. */
export function showMessage(message: IncomingMessage, json: boolean): string {
  const { messageId, from, contentType, payload } = message
  const text = textOf(payload)
  if (json) {
    return JSON.stringify({ messageId, from, contentType, ...describePayload(payload) })
  }
  if (text === undefined) {
    return `${harmless(from)}  ${payload.length} octets of ${harmless(contentType)}`
  }
  return `${harmless(from)}  ${harmless(text)}`
}

/** Octets in JSON: as text too, if they are UTF-8. */
export function describePayload(octets: Uint8Array): {
  readonly text?: string
  readonly payload: string
} {
  const text = textOf(octets)
  return { ...(text !== undefined && { text }), payload: toBase64(octets) }
}

function textOf(payload: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload)
  } catch {
    return undefined
  }
}
