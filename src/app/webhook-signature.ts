/**
 * The signature of what is posted to a webhook, so that its receiver knows the server and refuses replays:
 * `t=<UTC seconds>,v1=<hex>`, HMAC-SHA-256 over the seconds, a full stop and the body.
 */
import { hmacSha256 } from '../crypto/hash.ts'
import type { Secret } from '../crypto/secret.ts'
import { equalOctets, fromHex, toHex, utf8 } from '../octets/octets.ts'

/** Header that carries it. */
export const SIGNATURE_HEADER = 'cpns-signature'

const FORM = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/

/** @param body Octets as they are posted. @param atMs UTC milliseconds. */
export function signWebhook(body: Uint8Array, secret: Secret, atMs: number): string {
  const seconds = String(Math.floor(atMs / 1000))
  return `t=${seconds},v1=${toHex(macOf(seconds, body, secret))}`
}

/**
 * For receivers: whether the server signed this body, and not long ago.
 *
 * @param check.toleranceSeconds How old it may be, and how far in the future; default 300.
 */
export function verifyWebhook(
  { body, signature }: { readonly body: Uint8Array; readonly signature: string },
  check: { readonly secret: Secret; readonly nowMs: number; readonly toleranceSeconds?: number },
): boolean {
  const [, seconds, mac] = FORM.exec(signature) ?? []
  if (seconds === undefined || mac === undefined) return false
  const ageSeconds = Math.abs(check.nowMs / 1000 - Number(seconds))
  if (ageSeconds > (check.toleranceSeconds ?? 300)) return false
  return equalOctets(macOf(seconds, body, check.secret), fromHex(mac))
}

function macOf(seconds: string, body: Uint8Array, secret: Secret): Uint8Array {
  return hmacSha256(secret.reveal(), utf8(`${seconds}.`), body)
}
