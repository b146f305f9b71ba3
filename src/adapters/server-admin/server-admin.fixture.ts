/** A CPNS Server with its admin API, for the tests of the routes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  gbaUAnswer,
} from '../../../test/support/cpns-world.ts'
import { noLog } from '../../ports/log.ts'
import { createConsoleFeed } from '../console/console-feed.ts'
import { openAdminToken } from '../rest/admin-token.ts'
import { problemSchema } from '../rest/problem.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { serveServerAdmin } from './serve-server-admin.ts'

/** What a request is made of, besides method and path. */
export interface Asked {
  readonly body?: unknown
  readonly type?: string
  readonly bearer?: string
}

/** A server whose admin API can be asked. */
export interface AdminWorld {
  readonly world: CpnsWorld
  readonly url: string
  readonly token: string
  /** Failures are problem documents, or the test fails. */
  ask(method: string, path: string, asked?: Asked): Promise<{ status: number; json: unknown }>
  close(): Promise<void>
}

/** The card of the PN GW is known to its BSF: `connected(world)` makes a session. */
export async function startAdminWorld(): Promise<AdminWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'cpns-server-admin-'))
  const world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  const ports = {
    clock: world.clock,
    random: createSystemRandom(),
    store: world.store,
    server: world.server,
    log: noLog,
    feed: createConsoleFeed({}, world.clock),
  }
  const path = join(folder, 'admin.token')
  const authorization = openAdminToken(path, ports)
  const token = readFileSync(path, 'utf8').trim()
  const options = { host: '127.0.0.1', port: 0, version: '1' }
  const served = await serveServerAdmin(options, { ...ports, authorization })
  return {
    world,
    url: served.url,
    token,
    async ask(method, at, { body, type = 'application/json', bearer = token } = {}) {
      const response = await fetch(`${served.url}${at}`, {
        method,
        headers: {
          authorization: `Bearer ${bearer}`,
          ...(body !== undefined && { 'content-type': type }),
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const json: unknown = text === '' ? undefined : JSON.parse(text)
      if (response.status >= 400) {
        expect(response.headers.get('content-type')).toBe('application/problem+json')
        expect(problemSchema.parse(json).status).toBe(response.status)
      }
      return { status: response.status, json }
    },
    async close() {
      await served.close()
      await world.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An EntityID or UserID in a path. */
export const inPath = encodeURIComponent
