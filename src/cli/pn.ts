/** `cpns pn list|show`: the PN inventory of a server, in its data folder. Design 10 */
import { Command } from 'commander'
import { systemClock } from '../adapters/system/system-clock.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import { describePn, type ShownPn } from '../cpns-server/shown-pn.ts'
import { UnknownIdentity } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { type DataFlags, dataSubcommands } from './data-command.ts'
import { readFlag } from './flag-values.ts'
import { say, sayable, sayEach } from './say.ts'
import { withServerStore } from './with-store.ts'
import { lineOrTwo, shownTime } from './wrap-text.ts'

interface Flags extends DataFlags {
  readonly entity?: string
}

/** The command with its subcommands. */
export function pnCommand(): Command {
  const command = new Command('pn').description(
    'PNs with their PNEs, in the data folder of a server',
  )
  const sub = dataSubcommands(command, 'server')
  const listing = sub('list', 'which PNE is behind which PN GW in which PN').option(
    '--entity <uri>',
    'those that an entity is in, as PN GW or as PNE',
  )
  sayable(listing, 'one JSON object a line').action(list)
  sayable(sub('show <pn-id>', 'one PN')).action((pnId: string, flags: Flags) =>
    withPns(flags, async (store, nowMs) => {
      const pn = await store.findPn(pnId, nowMs)
      if (pn === undefined) throw new UnknownIdentity(`there is no PN ${pnId}`)
      const shown = describePn(pn, nowMs)
      say(flags, shown, linesOf(shown))
    }),
  )
  return command
}

async function list(flags: Flags): Promise<void> {
  const { entity } = flags
  const entityId =
    entity === undefined ? undefined : readFlag('--entity', () => parseEntityId(entity))
  await withPns(flags, async (store, nowMs) => {
    const pns = await store.listPns(nowMs, { entityId })
    const shown = pns.map((pn) => describePn(pn, nowMs))
    sayEach(flags, shown, { none: 'There is no PN.', textOf: linesOf })
  })
}

function withPns(
  flags: Flags,
  work: (store: ServerStore, nowMs: number) => Promise<void>,
): Promise<void> {
  return withServerStore({ ...flags, create: false }, (store) => work(store, systemClock.nowMs()))
}

function linesOf(pn: ShownPn): readonly string[] {
  const { pnId, alias, gateway, members } = pn
  const name = `${pnId}${alias === undefined ? '' : ` "${alias}"`}`
  return [
    ...lineOrTwo(name, `until ${shownTime(pn.expires)}`),
    ...lineOrTwo(`  PN GW ${gateway}`, presenceOf(pn)),
    ...members.flatMap((member) => lineOrTwo(`  PNE   ${member.entityId}`, presenceOf(member))),
  ]
}

function presenceOf({ online, lastSeen }: Pick<ShownPn, 'online' | 'lastSeen'>): string {
  if (online) return 'online'
  return lastSeen === undefined ? 'never seen' : `away since ${shownTime(lastSeen)}`
}
