/** A `BsfStore` in memory; several BSF nodes of a test may share it. */
import type { BootstrappingSession, BsfStore, UsedChallenge } from '../../src/bsf/bsf-store.ts'
import type { SealingKey } from '../../src/crypto/sealing-ring.ts'
import { StoreFailed } from '../../src/errors/errors.ts'
import type { Impi } from '../../src/identity/impi.ts'
import { equalOctets, toHex } from '../../src/octets/octets.ts'

/** A store that tests can make fail, and look into. */
export interface MemoryBsfStore extends BsfStore {
  /** While true, every operation fails as a full disk does. */
  broken: boolean
  /** B-TIDs of all bootstrapping sessions. */
  readonly btids: readonly string[]
}

/** An empty store. */
export function createMemoryBsfStore(): MemoryBsfStore {
  const sessions = new Map<string, BootstrappingSession>()
  const challenges = new Map<string, UsedChallenge>()
  const tmpis = new Map<Impi, string>()
  const sealingKeys = new Map<string, readonly SealingKey[]>()
  let closed = false
  /** One transaction: takes effect at once, answers later. */
  const transact = async <Result>(operation: () => Result): Promise<Result> => {
    if (closed || store.broken) throw new StoreFailed('the store cannot be used')
    const result = operation()
    await Promise.resolve()
    return result
  }
  /** Until when a session also says that the challenge of its RAND was answered. */
  const challengeUntil = new Map<string, number>()
  const isUsed = ({ rand, forgetAfterMs }: UsedChallenge): boolean =>
    challenges.has(toHex(rand)) ||
    [...sessions.values()].some(
      (session) =>
        equalOctets(session.rand, rand) && (challengeUntil.get(session.btid) ?? 0) >= forgetAfterMs,
    )

  const store: MemoryBsfStore = {
    broken: false,
    get btids() {
      return [...sessions.keys()]
    },
    check: () => transact(() => {}),
    async close() {
      closed = true
    },
    completeBootstrapping: (session, challenge, tmpi) =>
      transact(() => {
        if (isUsed(challenge)) return 'challenge-used'
        if (sessions.has(session.btid)) return 'duplicate-btid'
        const saysUsed =
          equalOctets(session.rand, challenge.rand) &&
          session.expiresAtMs >= challenge.forgetAfterMs
        if (saysUsed) challengeUntil.set(session.btid, challenge.forgetAfterMs)
        else challenges.set(toHex(challenge.rand), challenge)
        sessions.set(session.btid, session)
        if (tmpi !== undefined) tmpis.set(session.impi, tmpi)
        return 'completed'
      }),
    useChallenge: (challenge) =>
      transact(() => {
        if (isUsed(challenge)) return false
        challenges.set(toHex(challenge.rand), challenge)
        return true
      }),
    findBootstrappingSession: (btid, nowMs) =>
      transact(() => {
        const session = sessions.get(btid)
        return session !== undefined && session.expiresAtMs > nowMs ? session : undefined
      }),
    findImpiOfTmpi: (tmpi) => transact(() => [...tmpis].find(([, given]) => given === tmpi)?.[0]),
    removeExpired: (nowMs) =>
      transact(
        () =>
          removeWhere(sessions, ({ expiresAtMs }) => expiresAtMs <= nowMs) +
          removeWhere(challenges, ({ forgetAfterMs }) => forgetAfterMs <= nowMs),
      ),
    loadSealingKeys: (purpose) => transact(() => sealingKeys.get(purpose) ?? []),
    rotateSealingKey: (purpose, { candidate, replaces }) =>
      transact(() => {
        const [newest] = sealingKeys.get(purpose) ?? []
        if (newest?.id === replaces) {
          sealingKeys.set(purpose, newest === undefined ? [candidate] : [candidate, newest])
        }
        return sealingKeys.get(purpose) ?? []
      }),
  }
  return store
}

function removeWhere<Row>(rows: Map<string, Row>, isOver: (row: Row) => boolean): number {
  const over = [...rows].filter(([, row]) => isOver(row))
  for (const [id] of over) rows.delete(id)
  return over.length
}
