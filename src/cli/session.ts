/** `cpns session list|show|end`: sessions at a server, in its data folder. Design 8, 10 */
import { Command } from 'commander'
import type { DataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import { describeSession } from '../cpns-server/shown-entity.ts'
import { UnknownIdentity } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { SERVER_DATABASE } from '../lab/lab-files.ts'
import { readFlag } from './flag-values.ts'
import { MASTER_KEY_FLAG, type MasterKeyFlags } from './master-key-flag.ts'
import { type JsonFlag, say, sayable, sayEach } from './say.ts'
import { withStore } from './with-store.ts'
import { shownTime } from './wrap-text.ts'

interface Flags extends JsonFlag, MasterKeyFlags {
  readonly data: string
  readonly entity?: string
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
      .option(...MASTER_KEY_FLAG)
  sayable(
    sub('list', 'sessions that have not ended; never their keys').option(
      '--entity <uri>',
      'those of one entity',
    ),
    'one JSON object a line',
  ).action(list)
  sayable(sub('show <session-id>', 'one session; never its key')).action(show)
  sayable(sub('end <session-id>', 'end a session; its peer can make another')).action(end)
  return command
}

const openServer = (folder: DataFolder): ServerStore =>
  openServerStore(folder.file(SERVER_DATABASE), folder.sealer)

async function list({ data, entity, ...flags }: Flags): Promise<void> {
  const entityId =
    entity === undefined ? undefined : readFlag('--entity', () => parseEntityId(entity))
  await withStore({ ...flags, data, create: false }, openServer, async (store) => {
    const nowMs = systemClock.nowMs()
    const sessions = (await store.listSessions(nowMs, { entityId })).map(describeSession)
    sayEach(flags, sessions, { none: 'There is no session.', textOf: linesOf })
  })
}

async function show(sessionId: string, { data, ...flags }: Flags): Promise<void> {
  await withStore({ ...flags, data, create: false }, openServer, async (store) => {
    const session = await store.findSession(sessionId, systemClock.nowMs())
    if (session === undefined) throw unknown(sessionId)
    const shown = describeSession(session)
    say(flags, shown, linesOf(shown))
  })
}

async function end(sessionId: string, { data, ...flags }: Flags): Promise<void> {
  await withStore({ ...flags, data, create: false }, openServer, async (store) => {
    if (!(await store.endSession(sessionId))) throw unknown(sessionId)
    say(flags, { sessionId, ended: true }, `Session ${sessionId} has ended.`)
  })
}

function linesOf(shown: ReturnType<typeof describeSession>): string[] {
  const { sessionId, entityId, role, via, since, expires } = shown
  return [
    `${sessionId}  ${role}  until ${shownTime(expires)}`,
    `  ${entityId}  since ${shownTime(since)}`,
    ...(via === undefined ? [] : [`  via ${via}`]),
  ]
}

function unknown(sessionId: string): UnknownIdentity {
  return new UnknownIdentity(`there is no session ${sessionId}`)
}
