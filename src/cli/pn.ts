/** `cpns pn list|show`: the PN inventory of a server, in its data folder. Design 10 */
import { Command } from 'commander'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import { describePn, type ShownPn } from '../cpns-server/shown-pn.ts'
import { UnknownIdentity } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { SERVER_DATABASE } from '../lab/lab-files.ts'
import { readFlag } from './flag-values.ts'
import { withStore } from './with-store.ts'

interface Flags {
  readonly data: string
  readonly entity?: string
  readonly json?: boolean
}

/** The command with its subcommands. */
export function pnCommand(): Command {
  const command = new Command('pn').description(
    'PNs with their PNEs, in the data folder of a server',
  )
  command
    .command('list')
    .description('which PNE is behind which PN GW in which PN')
    .requiredOption('--data <dir>', 'data folder of the server')
    .option('--entity <uri>', 'those that an entity is in, as PN GW or as PNE')
    .option('--json', 'one JSON object a line')
    .action(list)
  command
    .command('show <pn-id>')
    .description('one PN')
    .requiredOption('--data <dir>', 'data folder of the server')
    .option('--json', 'one JSON object')
    .action((pnId: string, flags: Flags) =>
      withPns(flags, async (store, nowMs) => {
        const pn = await store.findPn(pnId, nowMs)
        if (pn === undefined) throw new UnknownIdentity(`there is no PN ${pnId}`)
        show(describePn(pn, nowMs), flags)
      }),
    )
  return command
}

async function list(flags: Flags): Promise<void> {
  const { entity, json } = flags
  const entityId =
    entity === undefined ? undefined : readFlag('--entity', () => parseEntityId(entity))
  await withPns(flags, async (store, nowMs) => {
    const pns = await store.listPns(nowMs, { entityId })
    if (pns.length === 0 && json !== true) print('There is no PN.')
    for (const pn of pns) show(describePn(pn, nowMs), flags)
  })
}

function withPns(
  { data }: Flags,
  work: (store: ServerStore, nowMs: number) => Promise<void>,
): Promise<void> {
  return withStore(
    { path: data, create: false },
    (folder) => openServerStore(folder.file(SERVER_DATABASE), folder.sealer),
    (store) => work(store, systemClock.nowMs()),
  )
}

function show(pn: ShownPn, { json }: Flags): void {
  if (json === true) {
    print(JSON.stringify(pn))
    return
  }
  const { pnId, alias, gateway, members } = pn
  print(`${pnId}${alias === undefined ? '' : ` "${alias}"`}, until ${pn.expires}`)
  print(`  PN GW ${gateway}  ${presenceOf(pn)}`)
  for (const member of members) print(`  PNE   ${member.entityId}  ${presenceOf(member)}`)
}

function presenceOf({ online, lastSeen }: Pick<ShownPn, 'online' | 'lastSeen'>): string {
  if (online) return 'online'
  return lastSeen === undefined ? 'never seen' : `away since ${lastSeen}`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
