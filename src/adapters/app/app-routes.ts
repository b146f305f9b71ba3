/** The routes of the application API: one declaration each, for the server and for its OpenAPI document. */
import { z } from 'zod'
import type { ApiScope } from '../../app/app-store.ts'
import { fromBase64 } from '../../octets/octets.ts'
import { parsedText } from '../rest/parsed-text.ts'
import { PN_PAGES } from '../rest/pn-pages.ts'
import type { RestRoute } from '../rest/rest-route.ts'

/** Longest life of a message, in seconds. Design 8 */
const LONGEST_EXPIRES = 7 * 86_400
/** Base64 of the largest payload, 64 KiB, with room to be told that it is too large. */
const LONGEST_BASE64 = 100_000

const messageId = z.string().min(1).max(64)
const address = z.string().min(1).max(255)

/** Body of `POST /api/messages`. */
export const sendSchema = z
  .strictObject({
    /** EntityID, or urn:cpns:service:<name>. */
    to: address,
    /** Default a fresh one; the same again is the same message. */
    messageId: messageId.optional(),
    contentType: z.string().min(3).max(255).optional(),
    /** Seconds. */
    expires: z.int().min(1).max(LONGEST_EXPIRES).default(3600),
    text: z.string().max(LONGEST_BASE64).optional(),
    /** Base64, instead of text. */
    payload: z.base64().max(LONGEST_BASE64).pipe(parsedText(fromBase64)).optional(),
  })
  .refine(({ text, payload }) => (text === undefined) !== (payload === undefined), {
    message: 'one of text and payload',
    path: ['payload'],
  })

/** Body of `POST /api/acknowledgements`. */
export const acknowledgeSchema = z.strictObject({ from: address, messageId })

/** Body of `PUT /api/webhook`. */
export const webhookSchema = z.strictObject({ url: z.string().max(2048) })

const acceptedSchema = z.strictObject({ messageId, status: z.literal(202) })
const webhookAnswerSchema = z.strictObject({ url: z.string() })
const madeWebhookSchema = z.strictObject({
  url: z.string(),
  /** Shown this once: 32 octets, base64url, that sign what is posted. */
  secret: z.string(),
})

/** One route. */
export interface AppRoute extends RestRoute {
  /** What the API key must be for; the document itself is open. */
  readonly scope?: ApiScope
}

/** All of them, by name. */
export const APP_ROUTES = {
  send: {
    method: 'POST',
    path: '/api/messages',
    summary: 'Send a message of this service to a PNE, a PN GW or another service',
    scope: 'send',
    body: sendSchema,
    success: { status: 202, description: 'Durable; delivery follows', schema: acceptedSchema },
    failures: {
      400: 'Not what the schema says',
      404: 'The recipient is not known',
      413: 'The payload is over 64 KiB, or the body over 128 KiB',
      503: 'The mailbox of the recipient is full; the same later, Retry-After says when',
    },
  },
  events: {
    method: 'GET',
    path: '/api/events',
    summary: 'Messages to this service as server-sent events, one at a time until acknowledged',
    scope: 'receive',
    success: {
      status: 200,
      description: 'Events "message" (JSON) and, before the end, "end"',
      mediaType: 'text/event-stream',
    },
  },
  acknowledge: {
    method: 'POST',
    path: '/api/acknowledgements',
    summary: 'The message of an event has been handled: it will not come again',
    scope: 'receive',
    body: acknowledgeSchema,
    success: { status: 204, description: 'Acknowledged' },
    failures: { 400: 'Not what the schema says', 404: 'No such message waits for it' },
  },
  setWebhook: {
    method: 'PUT',
    path: '/api/webhook',
    summary: 'Have the messages to this service posted, instead of events; a new secret each time',
    scope: 'receive',
    body: webhookSchema,
    success: { status: 200, description: 'The secret is shown once', schema: madeWebhookSchema },
    failures: { 400: 'Not what the schema says, or no https URL' },
  },
  showWebhook: {
    method: 'GET',
    path: '/api/webhook',
    summary: 'Where the messages to this service are posted',
    scope: 'receive',
    success: { status: 200, description: 'The webhook', schema: webhookAnswerSchema },
    failures: { 404: 'There is none' },
  },
  removeWebhook: {
    method: 'DELETE',
    path: '/api/webhook',
    summary: 'Post no more; messages come as events again',
    scope: 'receive',
    success: { status: 204, description: 'Removed' },
    failures: { 404: 'There is none' },
  },
  listPns: { path: '/api/pns', scope: 'inventory', ...PN_PAGES.list },
  showPn: { path: '/api/pns/{pnId}', scope: 'inventory', ...PN_PAGES.show },
  openapi: {
    method: 'GET',
    path: '/api/openapi.json',
    summary: 'This document',
    success: { status: 200, description: 'OpenAPI 3.1', mediaType: 'application/json' },
  },
} as const satisfies Record<string, AppRoute>
