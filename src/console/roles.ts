/** What role an EntityID has, as it said itself when it connected, or as the server knows it. */
import type { ConsoleEvent, ConsoleTable } from '../adapters/console/console-protocol.ts'

/** Learns, and tells. */
export interface Roles {
  learnFrom(events: readonly ConsoleEvent[]): void
  learnFromTables(tables: readonly ConsoleTable[]): void
  /** `PN GW` or `PNE`; `undefined` if nobody said. */
  readonly roleOf: (entity: string) => string | undefined
  /** Rises with what is learnt. */
  readonly version: number
}

/** As ConnectRequest says it. */
const SAID: Readonly<Record<string, string>> = { 'pn-gw': 'PN GW', pne: 'PNE' }
const ROLES = new Set(Object.values(SAID))
/** More entities than a ladder can ever have columns for. */
const MOST = 2000

/** Nobody is known. */
export function createRoles(): Roles {
  const said = new Map<string, string>()
  const proven = new Map<string, string>()
  let version = 0
  const learn = (roles: Map<string, string>, entity: unknown, role: unknown): void => {
    if (typeof entity !== 'string' || typeof role !== 'string' || !ROLES.has(role)) return
    // A name that people gave, as in the lab, says all that there is to say.
    if (!entity.includes(':') || roles.get(entity) === role) return
    roles.set(entity, role)
    version += 1
    const [oldest] = roles.keys()
    if (roles.size > MOST && oldest !== undefined) roles.delete(oldest)
  }
  return {
    learnFrom(events) {
      for (const { item } of events) {
        if (item.kind === 'note' || item.message !== 'ConnectRequest') continue
        learn(said, item.from, SAID[String(item.fields.Role)])
      }
    },
    learnFromTables(tables) {
      const rows = tables.find(({ id }) => id === 'entities')?.rows ?? []
      for (const { entity, role } of rows) learn(proven, entity, role)
    },
    // Anybody can say anything before he has proved who he is.
    roleOf: (entity) => proven.get(entity) ?? said.get(entity),
    get version() {
      return version
    },
  }
}
