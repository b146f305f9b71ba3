/** An EUKey as it comes to a device: what `cpns eukey add --json` printed, or its 64 hex digits. K-4 */
import { z } from 'zod'
import { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { fromHex } from '../octets/octets.ts'
import type { DeviceEuKey } from '../pne/pne-store.ts'
import { readWholeFile } from './read-whole-file.ts'

/** Life of an EUKey of which only the digits are known. Design 12 */
const DEFAULT_LIFETIME_MS = 30 * 86_400_000
const HEX_KEY = /^[0-9a-fA-F]{64}$/

const printedSchema = z.object({
  id: z.string().min(1).max(128),
  entityId: z.string(),
  key: z.string().regex(HEX_KEY),
  expires: z.iso.datetime(),
})

/**
 * @param file Its name; `-` is standard input.
 * @throws {ConfigurationInvalid} If it is neither form, or is the key of another entity; never shows the key.
 */
export function readDeviceEuKey(
  file: string,
  { entityId, nowMs }: { readonly entityId: EntityId; readonly nowMs: number },
): DeviceEuKey {
  const text = new TextDecoder().decode(readWholeFile('--key-file', file)).trim()
  if (HEX_KEY.test(text)) {
    return { id: 'given', key: secretOf(text), expiresAtMs: nowMs + DEFAULT_LIFETIME_MS }
  }
  const printed = printedSchema.safeParse(parseJson(text))
  if (!printed.success) {
    throw new ConfigurationInvalid(
      `--key-file ${file}: neither 64 hex digits nor what "cpns eukey add --json" prints`,
    )
  }
  if (printed.data.entityId !== entityId) {
    throw new ConfigurationInvalid(`--key-file ${file}: the EUKey of ${printed.data.entityId}`)
  }
  const { id, key, expires } = printed.data
  return { id, key: secretOf(key), expiresAtMs: Date.parse(expires) }
}

function secretOf(hex: string): Secret {
  return Secret.of(fromHex(hex))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
