/**
 * The PN inventory at the server: takes the registrations of PN GWs, and notes who is attached. Design 6, 9;
 * docs/explanation/decisions/0036-the-pn-inventory.md
 */
import type { PnRegistration, PnRegistrationResult } from '../cpns/messages.ts'
import type { Status } from '../cpns/status.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { toHex } from '../octets/octets.ts'
import type { Attachment, AttachmentRegistry } from './attachment-registry.ts'
import type { ServerContext } from './options.ts'
import type { PnRegistered } from './pn-store.ts'
import type { Session } from './server-store.ts'

/** Answers the registrations that come in the sessions of PN GWs. */
export interface PnInventory {
  /** @throws {StoreFailed} If it cannot be stored. */
  take(session: Session, registration: PnRegistration): Promise<PnRegistrationResult>
  /** Resolves when it is stored who was attached and gone before the call, or has failed. Never rejects. */
  presenceNoted(): Promise<void>
}

/** PNs of one PN GW at most. */
export const MAX_PNS = 16

const DAY_SECONDS = 86_400
const PN_ID_LENGTH = 16

/** Observes the attachments of this node from now on. */
export function createPnInventory(
  server: ServerContext & { readonly registry: AttachmentRegistry },
): PnInventory {
  const { options, ports } = server
  const presence = observePresence(server)

  return {
    presenceNoted: async () => void (await Promise.all(presence)),
    async take({ entityId }, registration) {
      const { pnId, alias, members, lifetime, transactionId } = registration
      const answer = (status: Status, granted: Granted = {}): PnRegistrationResult => {
        return {
          name: 'PnRegistrationResult',
          transactionId,
          entityId: options.entityId,
          status,
          ...granted,
        }
      }
      if (registration.entityId !== entityId) return answer(403)
      if (lifetime === 0) {
        if (pnId === undefined) return answer(400)
        const wasThere = await ports.store.endPn({ gateway: entityId, pnId })
        return wasThere ? answer(200, { pnId, lifetime }) : answer(404)
      }
      const granted = Math.min(lifetime, options.pnLifetimeSeconds ?? DAY_SECONDS)
      const nowMs = ports.clock.nowMs()
      const outcome = await ports.store.registerPn(
        {
          gateway: entityId,
          ...(pnId !== undefined && { pnId }),
          newPnId: `urn:cpns:pn:${toHex(ports.random.octets(PN_ID_LENGTH))}`,
          ...(alias !== undefined && { alias }),
          members,
          expiresAtMs: nowMs + granted * 1000,
        },
        nowMs,
      )
      if (outcome.outcome !== 'registered') return answer(REFUSALS[outcome.outcome])
      return answer(200, {
        pnId: outcome.pnId,
        members: outcome.members,
        lifetime: granted,
      })
    },
  }
}

type Granted = Pick<PnRegistrationResult, 'pnId' | 'members' | 'lifetime'>

const REFUSALS: Readonly<Record<Exclude<PnRegistered['outcome'], 'registered'>, Status>> = {
  'unknown-pn': 404,
  'too-many': 403,
}

/**
 * Presence is for those who look: that it cannot be noted hinders nobody.
 *
 * @returns What is on its way to the store.
 */
function observePresence({
  options: { nodeId },
  ports,
  registry,
}: ServerContext & { readonly registry: AttachmentRegistry }): ReadonlySet<Promise<void>> {
  const { clock, log, store } = ports
  const underWay = new Set<Promise<void>>()
  const complain = (error: unknown): void => {
    log.warn('presence-not-noted', { reason: String(error) })
  }
  const note = ({ session: { entityId } }: Attachment, isOnline: boolean): void => {
    const noted = store
      .notePresence({ entityId, nodeId, isOnline, atMs: clock.nowMs() })
      .catch(complain)
      .finally(() => underWay.delete(noted))
    underWay.add(noted)
  }
  store.clearPresence(nodeId).catch(complain)
  /** PN GWs with a new attachment in place of one that was open. */
  const replaced = new Set<EntityId>()
  registry.observe({
    opened(attachment) {
      // It was never away, so those behind it need not attach again.
      if (!replaced.delete(attachment.session.entityId)) note(attachment, true)
    },
    closed(attachment) {
      const { entityId, role } = attachment.session
      if (registry.of(entityId) === undefined) note(attachment, false)
      else if (role === 'pn-gw') replaced.add(entityId)
    },
  })
  return underWay
}
