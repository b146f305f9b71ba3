/** Durable state of the applications at a CPNS Server: API keys and webhooks. Design 8, 9 */
import type { Secret } from '../crypto/secret.ts'
import type { Store } from '../ports/store.ts'

/** What an API key may do: send messages of its service, receive those to it, or see the PNs. */
export type ApiScope = 'send' | 'receive' | 'inventory'

/** One API key, as it is kept: only its digest, because it cannot be guessed. */
export interface ApiKeyRecord {
  /** Random, public; names the key in lists. */
  readonly id: string
  /** Name of its service, as in `urn:cpns:service:<name>`. */
  readonly service: string
  readonly scopes: readonly ApiScope[]
  /** SHA-256 of the key, hex. */
  readonly digest: string
  /** UTC milliseconds. */
  readonly createdAtMs: number
}

/** Where the messages to a service are posted. */
export interface Webhook {
  readonly service: string
  readonly url: string
  /** Signs what is posted; 32 octets; sealed at rest. */
  readonly secret: Secret
}

/** Durable operations of the applications' side, each one transaction. */
export interface AppStore extends Store {
  addApiKey(key: ApiKeyRecord): Promise<void>
  findApiKey(digest: string): Promise<ApiKeyRecord | undefined>
  listApiKeys(): Promise<readonly ApiKeyRecord[]>
  /** @returns Whether it was there. */
  removeApiKey(id: string): Promise<boolean>
  /** Names of all services that have an API key. */
  listServices(): Promise<readonly string[]>
  /** Replaces the former webhook of its service. */
  saveWebhook(webhook: Webhook): Promise<void>
  findWebhook(service: string): Promise<Webhook | undefined>
  /** @returns Whether it was there. */
  removeWebhook(service: string): Promise<boolean>
}
