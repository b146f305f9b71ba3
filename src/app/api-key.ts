/** API keys of applications: random, shown once, kept as a digest. Design 8 */
import { sha256 } from '../crypto/hash.ts'
import { Secret } from '../crypto/secret.ts'
import { toBase64, toHex, utf8 } from '../octets/octets.ts'
import type { Random } from '../ports/random.ts'
import type { ApiKeyRecord, ApiScope } from './app-store.ts'

const PREFIX = 'cpns_'
const KEY_LENGTH = 32
const ID_LENGTH = 6
const FORM = /^cpns_[A-Za-z0-9_-]{43}$/

/**
 * A fresh key of 32 random octets.
 *
 * @returns `text` is for its user alone and cannot be had again; `record` is what is kept.
 */
export function makeApiKey(
  wish: { readonly service: string; readonly scopes: readonly ApiScope[] },
  { random, nowMs }: { readonly random: Random; readonly nowMs: number },
): { readonly text: string; readonly record: ApiKeyRecord } {
  const text = PREFIX + toBase64Url(random.octets(KEY_LENGTH))
  const { service, scopes } = wish
  const id = toHex(random.octets(ID_LENGTH))
  return { text, record: { id, service, scopes, digest: digestOf(text), createdAtMs: nowMs } }
}

/** What a key is found by, or `undefined` if the text cannot be one. */
export function apiKeyDigest(text: string): string | undefined {
  return FORM.test(text) ? digestOf(text) : undefined
}

/** A fresh secret of 32 octets for a webhook, and as its user gets it, once. */
export function makeWebhookSecret(random: Random): {
  readonly secret: Secret
  readonly text: string
} {
  const octets = random.octets(KEY_LENGTH)
  return { secret: Secret.of(octets), text: toBase64Url(octets) }
}

/** Base64 without padding, for names and headers. RFC 4648 5 */
export function toBase64Url(octets: Uint8Array): string {
  return toBase64(octets).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function digestOf(text: string): string {
  return toHex(sha256(utf8(text)))
}
