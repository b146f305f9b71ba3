import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { signWebhook } from '../../src/app/webhook-signature.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { utf8 } from '../../src/octets/octets.ts'
import { fencesOf, ROOT, readPage } from './pages.fixture.ts'

const SECRET = 'eNeRsF8oX6KdAZzNQxnJ02GBW4dFVzKWLO2Jhw0vz_w'
const source = fencesOf(readPage('how-to/write-an-application.md'))
  .map(({ lines }) => lines.join('\n'))
  .find((text) => text.includes('verifyWebhook'))

let server: Server | undefined
afterEach(() => server?.close())

/** Runs the program of the page on a port that is free. @returns Its URL, and what it prints. */
async function run() {
  const printed: unknown[] = []
  const load = (specifier: string): Promise<unknown> =>
    specifier.startsWith('cpns/')
      ? import(/* @vite-ignore */ join(ROOT, 'src', specifier.slice('cpns/'.length), 'index.ts'))
      : import(/* @vite-ignore */ specifier)
  const body = (source ?? '')
    .replace(/^import (\{[^}]*\}) from '([^']+)'$/gm, "const $1 = await load('$2')")
    .replace('listen(9000,', 'listen(0,')
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<Server>
  const program = new AsyncFunction('load', 'console', 'process', `${body}\nreturn server`)
  const print = { log: (line: unknown) => printed.push(line) }
  server = await program(load, print, { env: { WEBHOOK_SECRET: SECRET } })
  if (!server.listening) await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`, printed }
}

test('write an application: the webhook takes what is signed, and nothing else', async () => {
  const { url, printed } = await run()
  const post = (body: string, signature?: string) =>
    fetch(url, {
      method: 'POST',
      body,
      headers: { ...(signature !== undefined && { 'cpns-signature': signature }) },
    })
  const body = '{"text":"temperature 21"}'
  const secret = Secret.of(Buffer.from(SECRET, 'base64url'))
  const signature = signWebhook(utf8(body), secret, Date.now())
  expect((await post(body, signature)).status).toBe(204)
  expect((await post(body)).status).toBe(401)
  expect((await post(`${body} `, signature)).status).toBe(401)
  expect(printed).toEqual(['temperature 21'])
})
