import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import { utf8 } from '../../octets/octets.ts'
import { startAppApi } from './app.fixture.ts'
import { type App, AppRefused, connectApp, type ReceivedMessage } from './connect-app.ts'

let api: Awaited<ReturnType<typeof startAppApi>>
let app: App
beforeEach(async () => {
  api = await startAppApi()
  app = connectApp(api)
})
afterEach(async () => {
  await app.close()
  await api.close()
})

test('sends text and octets', async () => {
  expect(await app.send({ to: 'urn:x:a', text: 'hi', messageId: 'm1' })).toBe('m1')
  await app.send({ to: 'urn:x:a', payload: new Uint8Array([0xff]), contentType: 'x/y' })
  expect(api.submitted.map(({ payload }) => payload)).toEqual([
    new TextEncoder().encode('hi'),
    new Uint8Array([0xff]),
  ])
})

test('gets messages in order, each acknowledged when its handler has returned', async () => {
  const got: string[] = []
  void app.listen(async ({ messageId, payload }) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    got.push(`${messageId} ${new TextDecoder().decode(payload)}`)
  })
  for (const messageId of ['m1', 'm2', 'm3']) await api.hand({ messageId })
  expect(got).toEqual(['m1 hello', 'm2 hello', 'm3 hello'])
})

test('a message whose handler throws comes again', async () => {
  const got: ReceivedMessage[] = []
  void app.listen((message) => {
    got.push(message)
    if (got.length === 1) throw new Error('not now')
  })
  await api.hand({ messageId: 'm1' })
  expect(got.map(({ messageId, text }) => [messageId, text])).toEqual([
    ['m1', 'hello'],
    ['m1', 'hello'],
  ])
})

test('what was handled is not handled again where there is a seen-list, and acknowledged again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cpns-app-'))
  const seenFile = join(folder, 'seen.db')
  const got: string[] = []
  for (const round of ['first run', 'second run']) {
    const careful = connectApp({ ...api, seenFile })
    void careful.listen(({ messageId }) => void got.push(`${round} ${messageId}`))
    // As if the server had never got the acknowledgement of the first time.
    await api.hand({ messageId: 'm1' })
    await api.hand({ messageId: round })
    await careful.close()
  }
  rmSync(folder, { recursive: true })
  expect(got).toEqual(['first run m1', 'first run first run', 'second run second run'])
})

test('what the server refuses is said, with its status', async () => {
  const other = connectApp({ ...api, apiKey: `cpns_${'a'.repeat(43)}` })
  const refused = await other.send({ to: 'urn:x:a', text: 'x' }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(AppRefused)
  expect(refused).toMatchObject({ status: 401 })
  await expect(other.listen(() => {})).rejects.toThrow(AppRefused)
  await other.close()
})

test('no server: it is tried again until the message expires, or the app is closed', async () => {
  const nobody = connectApp({ url: 'http://127.0.0.1:1', apiKey: api.apiKey })
  const short = nobody.send({ to: 'urn:x:a', text: 'x', expires: 1 })
  const long = nobody.send({ to: 'urn:x:a', text: 'x' }).catch((error: unknown) => error)
  await expect(short).rejects.toThrow(TransportFailed)
  await nobody.close()
  expect(await long).toBeInstanceOf(TransportFailed)
})

test('a full mailbox: the same message is sent again, as the server says', async () => {
  const status = { submit: 503 }
  const busy = await startAppApi(status)
  const patient = connectApp(busy)
  const sent = patient.send({ to: 'urn:x:a', text: 'x' })
  await expect.poll(() => busy.submitted.length).toBe(1)
  status.submit = 202
  const messageId = await sent
  expect(busy.submitted.map((one) => one.messageId)).toEqual([messageId, messageId])
  await patient.close()
  await busy.close()
})

test('a MessageID that is used again is another message once the former has expired', async () => {
  const got: string[] = []
  void app.listen(({ messageId, text }) => void got.push(`${messageId} ${text}`))
  const expiresAtMs = Date.now() + 60_000
  const hand = (text: string, atMs: number) =>
    api.hand({ messageId: 'm', payload: utf8(text), expiresAtMs: atMs })
  await hand('first', expiresAtMs)
  await hand('again', expiresAtMs + 59_999)
  await hand('tomorrow', expiresAtMs + 86_400_000)
  expect(got).toEqual(['m first', 'm tomorrow'])
})

test('plain text to another machine is no way', () => {
  expect(() => connectApp({ ...api, url: 'http://192.0.2.1' })).toThrow(ConfigurationInvalid)
})

test('close ends listening', async () => {
  const listening = app.listen(() => {})
  await new Promise((resolve) => setTimeout(resolve, 50))
  await app.close()
  await listening
})
