/** `cpns session list|show|end`: sessions at a server, in its data folder. Design 8, 10 */
import { Command } from 'commander'
import type { DataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import type { ServerStore, SessionInfo } from '../cpns-server/server-store.ts'
import { describeSession } from '../cpns-server/shown-entity.ts'
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
export function sessionCommand(): Command {
  const command = new Command('session').description(
    'sessions of PN GWs and PNEs, in the data folder of a server',
  )
  const sub = (usage: string, description: string): Command =>
    command
      .command(usage)
      .description(description)
      .requiredOption('--data <dir>', 'data folder of the server')
  sub('list', 'sessions that have not ended; never their keys')
    .option('--entity <uri>', 'those of one entity')
    .option('--json', 'one JSON object a line')
    .action(list)
  sub('show <session-id>', 'one session; never its key')
    .option('--json', 'one JSON object')
    .action(show)
  sub('end <session-id>', 'end a session; its peer can make another').action(end)
  return command
}

const openServer = (folder: DataFolder): ServerStore =>
  openServerStore(folder.file(SERVER_DATABASE), folder.sealer)

async function list({ data, entity, json }: Flags): Promise<void> {
  const entityId =
    entity === undefined ? undefined : readFlag('--entity', () => parseEntityId(entity))
  await withStore({ path: data, create: false }, openServer, async (store) => {
    const nowMs = systemClock.nowMs()
    const sessions = await store.listSessions(nowMs, { entityId })
    if (sessions.length === 0 && json !== true) print('There is no session.')
    for (const session of sessions) printSession(session, json)
  })
}

async function show(sessionId: string, { data, json }: Flags): Promise<void> {
  await withStore({ path: data, create: false }, openServer, async (store) => {
    const session = await store.findSession(sessionId, systemClock.nowMs())
    if (session === undefined) throw unknown(sessionId)
    printSession(session, json)
  })
}

async function end(sessionId: string, { data }: Flags): Promise<void> {
  await withStore({ path: data, create: false }, openServer, async (store) => {
    if (!(await store.endSession(sessionId))) throw unknown(sessionId)
    print(`Session ${sessionId} has ended.`)
  })
}

function printSession(session: SessionInfo, json: boolean | undefined): void {
  const shown = describeSession(session)
  const { sessionId, entityId, role, via, since, expires } = shown
  const way = via === undefined ? '' : ` via ${via}`
  print(
    json === true
      ? JSON.stringify(shown)
      : `${sessionId}  ${role} ${entityId}${way}  since ${since} until ${expires}`,
  )
}

function unknown(sessionId: string): UnknownIdentity {
  return new UnknownIdentity(`there is no session ${sessionId}`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
