/** What every `ServerStore` promises. Design 9, K-4, M-4 */
import { describe } from 'vitest'
import type { ServerStore } from '../../src/cpns-server/server-store.ts'
import { sealingKeyStoreContract } from './sealing-key-store.contract.ts'
import { NOW } from './server-store.samples.ts'
import { serverStoreHandshakeContract } from './server-store-handshake.contract.ts'
import { serverStoreKeysContract } from './server-store-keys.contract.ts'
import { serverStoreListsContract } from './server-store-lists.contract.ts'
import { serverStoreMailboxContract } from './server-store-mailbox.contract.ts'
import { serverStorePnsContract } from './server-store-pns.contract.ts'
import { serverStoreSessionsContract } from './server-store-sessions.contract.ts'
import { serverStoreTriggersContract } from './server-store-triggers.contract.ts'
import { serverStoreUsersContract } from './server-store-users.contract.ts'
import { storeContract } from './store.contract.ts'

/** @param open A fresh, empty store each time. */
export function serverStoreContract(open: () => Promise<ServerStore>): void {
  storeContract(open, (store) => store.findSession('0', NOW))
  describe('sealing keys', () => sealingKeyStoreContract(open))
  describe('EUKeys and entities', () => serverStoreKeysContract(open))
  describe('completing a handshake', () => serverStoreHandshakeContract(open))
  describe('sessions and attachments', () => serverStoreSessionsContract(open))
  describe('users, attempts and assignments', () => serverStoreUsersContract(open))
  describe('PN inventory', () => serverStorePnsContract(open))
  describe('long lists', () => serverStoreListsContract(open))
  describe('mailbox', () => serverStoreMailboxContract(open))
  describe('TriggerKeys', () => serverStoreTriggersContract(open))
}
