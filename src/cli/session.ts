/** `cpns session list|show|end`: sessions at a server, in its data folder. Design 8, 10 */
import { Command } from 'commander'
import { systemClock } from '../adapters/system/system-clock.ts'
import { describeSession } from '../cpns-server/shown-entity.ts'
import { UnknownIdentity } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { type DataFlags, dataSubcommands } from './data-command.ts'
import { readFlag } from './flag-values.ts'
import { say, sayable, sayEach } from './say.ts'
import { withServerStore } from './with-store.ts'
import { shownTime } from './wrap-text.ts'

interface Flags extends DataFlags {
  readonly entity?: string
}

/** The command with its subcommands. */
export function sessionCommand(): Command {
  const command = new Command('session').description(
    'sessions of PN GWs and PNEs, in the data folder of a server',
  )
  const sub = dataSubcommands(command, 'server')
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

async function list({ data, entity, ...flags }: Flags): Promise<void> {
  const entityId =
    entity === undefined ? undefined : readFlag('--entity', () => parseEntityId(entity))
  await withServerStore({ ...flags, data, create: false }, async (store) => {
    const nowMs = systemClock.nowMs()
    const sessions = (await store.listSessions(nowMs, { entityId })).map(describeSession)
    sayEach(flags, sessions, { none: 'There is no session.', textOf: linesOf })
  })
}

async function show(sessionId: string, { data, ...flags }: Flags): Promise<void> {
  await withServerStore({ ...flags, data, create: false }, async (store) => {
    const session = await store.findSession(sessionId, systemClock.nowMs())
    if (session === undefined) throw unknown(sessionId)
    const shown = describeSession(session)
    say(flags, shown, linesOf(shown))
  })
}

async function end(sessionId: string, { data, ...flags }: Flags): Promise<void> {
  await withServerStore({ ...flags, data, create: false }, async (store) => {
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
