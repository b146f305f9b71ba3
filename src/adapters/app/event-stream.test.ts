import { get, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startAppApi } from './app.fixture.ts'

let api: Awaited<ReturnType<typeof startAppApi>>
beforeEach(async () => {
  api = await startAppApi()
})
afterEach(() => api.close())

interface Stream {
  readonly response: IncomingMessage
  text: string
  readonly ended: Promise<void>
  untilText(part: string): Promise<void>
}

function open(): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${api.apiKey}` }
    get(`${api.url}/api/events`, { headers }, (response) => {
      const stream: Stream = {
        response,
        text: '',
        ended: new Promise((done) => response.once('close', () => done())),
        async untilText(part) {
          while (!stream.text.includes(part)) await new Promise((next) => setTimeout(next, 5))
        },
      }
      response.setEncoding('utf8').on('data', (text: string) => {
        stream.text += text
      })
      resolve(stream)
    }).once('error', reject)
  })
}

const acknowledge = (messageId: string) =>
  fetch(`${api.url}/api/acknowledgements`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ from: 'urn:x:a', messageId }),
  })

test('one message at a time, each until it is acknowledged', async () => {
  const stream = await open()
  expect(stream.response.headers['content-type']).toBe('text/event-stream')
  const first = api.hand({ messageId: 'm1' })
  await stream.untilText('"messageId":"m1"')
  expect(stream.text).toMatch(/^: connected\n\nevent: message\ndata: \{.*\}\n\n$/)
  expect((await acknowledge('m1')).status).toBe(204)
  await first
  expect((await acknowledge('m1')).status).toBe(404)
})

test('a stream that breaks leaves its message to the next', async () => {
  const stream = await open()
  const handed = api.hand({ messageId: 'm1' })
  await stream.untilText('m1')
  stream.response.destroy()
  const next = await open()
  await next.untilText('m1')
  await acknowledge('m1')
  await handed
})

test('a stream that is not read ends, though its messages are acknowledged', async () => {
  const { response, ended } = await open()
  response.pause()
  const payload = new Uint8Array(60_000)
  for (let n = 0; n < 100; n++) {
    const handed = api.hand({ messageId: `m${n}`, payload })
    expect((await acknowledge(`m${n}`)).status).toBe(204)
    await handed
  }
  response.resume()
  await ended
})

test('the second of one service ends the first, and says why', async () => {
  const first = await open()
  const second = await open()
  await first.ended
  expect(first.text).toContain('event: end\ndata: {"reason":"replaced"}')
  const handed = api.hand({ messageId: 'm1' })
  await second.untilText('m1')
  await acknowledge('m1')
  await handed
})

test('the stream ends with the server', async () => {
  const stream = await open()
  await api.close()
  await stream.ended
  expect(stream.text).toContain('the server stops')
})
