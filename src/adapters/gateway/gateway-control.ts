/**
 * Commands to a PN GW that runs: a socket in its data folder, which only the folder's owner can open. One
 * JSON object a line, both ways. M-7; decision 0038
 */
import { rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { parsePassword } from '../../cpns/password-keys.ts'
import type { Status } from '../../cpns/status.ts'
import { ConfigurationInvalid, CpnsError, TransportFailed } from '../../errors/errors.ts'
import { parseEntityId } from '../../identity/entity-id.ts'
import { parseUserId } from '../../identity/user-id.ts'
import type { PnGw } from '../../pn-gw/create-pn-gw.ts'

/** What a command asks for. */
export interface GatewayCommand {
  readonly do: 'pair' | 'trigger'
  readonly pne: string
  readonly user: string
  /** For a PNE that cannot ask its user; only with `trigger`. */
  readonly password?: string | undefined
}

/** What is answered: the code of a pairing first, how it ended last. */
export type GatewayReport =
  | { readonly code: string }
  | { readonly status: Status; readonly detail: string }

/** A PN GW that takes commands. */
export interface GatewayControl {
  /** Safe to call twice. */
  close(): Promise<void>
}

/** Of a Unix socket, on the systems that allow least. */
const LONGEST_PATH = 103

const commandSchema = z.strictObject({
  do: z.enum(['pair', 'trigger']),
  pne: z.string(),
  user: z.string(),
  password: z.string().optional(),
})

/** @throws {ConfigurationInvalid} If the socket cannot be made, for instance because its path is too long. */
export async function serveGatewayControl(
  path: string,
  gateway: Pick<PnGw, 'pair' | 'trigger'>,
): Promise<GatewayControl> {
  // A longer path would be cut off, and name another file.
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new ConfigurationInvalid(
      `${path}: over ${LONGEST_PATH} octets, so no socket can be there`,
    )
  }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    createInterface({ input: socket }).once('line', (line) => void answer(line, socket, gateway))
  })
  rmSync(path, { force: true })
  await listening(server, path)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/**
 * Gives a command to the PN GW that runs on a data folder.
 *
 * @param report Told the code of a pairing.
 * @returns How it ended.
 * @throws {TransportFailed} If no PN GW runs there, or it stops.
 */
export async function commandGateway(
  path: string,
  command: GatewayCommand,
  report: (code: string) => void,
): Promise<Extract<GatewayReport, { status: Status }>> {
  const socket = connect(path)
  try {
    await opened(socket)
    socket.write(`${JSON.stringify(command)}\n`)
    for await (const line of createInterface({ input: socket })) {
      const said = JSON.parse(line) as GatewayReport
      if ('code' in said) report(said.code)
      else return said
    }
    throw new TransportFailed('the PN GW has stopped')
  } finally {
    socket.destroy()
  }
}

async function answer(
  line: string,
  socket: Socket,
  gateway: Pick<PnGw, 'pair' | 'trigger'>,
): Promise<void> {
  const say = (said: GatewayReport): void => void socket.write(`${JSON.stringify(said)}\n`)
  try {
    const { do: what, password, ...names } = commandSchema.parse(JSON.parse(line))
    const wish = { pne: parseEntityId(names.pne), userId: parseUserId(names.user) }
    if (what === 'pair') {
      const { code, done } = gateway.pair(wish)
      say({ code })
      say(await done)
    } else {
      const secret = password === undefined ? {} : { password: parsePassword(password) }
      say(await gateway.trigger({ ...wish, ...secret }))
    }
  } catch (error) {
    const detail = error instanceof CpnsError ? error.message : 'not a command'
    say({ status: error instanceof TransportFailed ? 503 : 400, detail })
  }
  socket.end()
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code ?? 'unknown cause'
      reject(new ConfigurationInvalid(`${path}: no socket can be made (${reason})`, { cause }))
    })
    server.listen(path, resolve)
  })
}

function opened(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', (cause) => {
      reject(new TransportFailed('no PN GW runs on this data folder', { cause }))
    })
  })
}
