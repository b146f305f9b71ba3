/**
 * Who may trigger a PNE: a PN GW of the same user, which asks for the TriggerKey inside its session. M-7
 *
 * Chosen where the design is silent: the PN GW belongs to the user if the user is its owner, or an
 * administrator linked both; the PNE does too, or has no owner and the server binds at first use. Every
 * refusal is the same 403, so that nobody learns who owns what.
 */
import type { ErrorMessage, UserInfoInstallation, UserInfoRegistration } from '../cpns/messages.ts'
import { TRIGGER_KEY_LENGTH } from '../cpns/trigger.ts'
import { Secret } from '../crypto/secret.ts'
import type { UserId } from '../identity/user-id.ts'
import { errorOf } from './answers.ts'
import type { ServerContext } from './options.ts'
import type { EntityInfo, Session } from './server-store.ts'

/** PNEs that one user can have TriggerKeys for. */
const LIMIT_OF_USER = 256

/**
 * Answers a UserInfoRegistration that came in a control record.
 *
 * @param gateway Session of the PN GW that asks.
 * @returns UserInfoInstallation, or an Error: 400 without UserID or in the name of another PN GW, 403 if it
 *   gets none, 429 if the user has too many.
 */
export async function answerUserInfoRegistration(
  gateway: Pick<Session, 'entityId'>,
  message: UserInfoRegistration,
  { options, ports }: ServerContext,
): Promise<UserInfoInstallation | ErrorMessage> {
  const { transactionId, pne, userId } = message
  const refuse = (status: 400 | 403 | 429, detail: string): ErrorMessage =>
    errorOf({ transactionId, serverEntityId: options.entityId, status, detail })
  if (userId === undefined) return refuse(400, 'UserID: missing')
  if (message.entityId !== gateway.entityId) return refuse(403, NOT_YOURS)
  if (!(await mayTrigger({ ...message, userId }, { options, ports }))) return refuse(403, NOT_YOURS)
  const candidate = {
    pne,
    userId,
    key: Secret.of(ports.random.octets(TRIGGER_KEY_LENGTH)),
    createdAtMs: ports.clock.nowMs(),
  }
  const triggerKey = await ports.store.triggerKeyOf(candidate, LIMIT_OF_USER)
  if (triggerKey === undefined) return refuse(429, 'the user has too many PNEs')
  return {
    name: 'UserInfoInstallation',
    transactionId,
    entityId: options.entityId,
    pne,
    userId,
    triggerKey,
  }
}

const NOT_YOURS = 'PN GW and PNE are not both of this user'

async function mayTrigger(
  { entityId, pne, userId }: UserInfoRegistration & { readonly userId: UserId },
  { options, ports: { store } }: ServerContext,
): Promise<boolean> {
  const [user, gateway, target] = await Promise.all([
    store.findUser(userId),
    store.findEntity(entityId),
    store.findEntity(pne),
  ])
  if (user === undefined || !belongsTo(gateway, userId)) return false
  return target === undefined ? options.firstUse === 'bind' : belongsTo(target, userId)
}

function belongsTo(entity: EntityInfo | undefined, userId: UserId): boolean {
  if (entity === undefined) return false
  const { owner, linkedUserId } = entity
  return linkedUserId === userId || (owner.kind === 'user' && owner.id === userId)
}
