/**
 * What a PNE knows of its PN GW: names, address and the pin of its key, in one file of the PNE's data folder.
 * Nothing in it is secret. Design 7
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { type EntityId, parseEntityId } from '../../identity/entity-id.ts'
import { parsedText } from '../rest/parsed-text.ts'
import { parseServerUrl } from '../tls/server-address.ts'

/** One PNE and the PN GW that it was paired with. */
export interface Pairing {
  /** EntityID of the PNE. */
  readonly entityId: EntityId
  readonly gateway: {
    readonly entityId: EntityId
    /** `wss://host:port/pne`; `ws://…` on this machine only. */
    readonly url: string
    /** SHA-256 of its key, 64 lower-case hex digits; only a `ws` URL does without. */
    readonly pin?: string
  }
}

const entityId = parsedText(parseEntityId)

const pairingSchema = z.strictObject({
  entityId,
  gateway: z.strictObject({
    entityId,
    url: z.string(),
    pin: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'not 64 hex digits')
      .toLowerCase()
      .optional(),
  }),
})

/**
 * @param source What to name in an error: a file, or the flags.
 * @throws {ConfigurationInvalid} Naming `source` and the field.
 */
export function parsePairing(value: unknown, source: string): Pairing {
  const parsed = pairingSchema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue?.path.join('.') || 'the whole'
    throw new ConfigurationInvalid(`${source}: ${where}: ${issue?.message ?? 'not valid'}`)
  }
  const { entityId: own, gateway } = parsed.data
  const { url, pin, entityId: gatewayEntityId } = gateway
  const { secure } = parseServerUrl(url, { secure: 'wss', plain: 'ws' })
  if (secure && pin === undefined) {
    throw new ConfigurationInvalid(`${source}: gateway.pin: needed, because ${url} has TLS`)
  }
  return {
    entityId: own,
    gateway: { entityId: gatewayEntityId, url, ...(pin !== undefined && { pin }) },
  }
}

/** @throws {ConfigurationInvalid} If the file cannot be read or is no pairing. */
export function readPairing(file: string): Pairing {
  return parsePairing(readJson(file), `pairing ${file}`)
}

/** Replaces a former pairing. @throws {ConfigurationInvalid} If the file cannot be written. */
export function writePairing(file: string, pairing: Pairing): void {
  try {
    writeFileSync(file, `${JSON.stringify(pairing, undefined, 2)}\n`, { mode: 0o600 })
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new ConfigurationInvalid(`pairing ${file}: cannot be written (${code})`, { cause })
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'not paired yet' : (code ?? 'not JSON')
    throw new ConfigurationInvalid(`pairing ${file}: ${reason}`, { cause })
  }
}
