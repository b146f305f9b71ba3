import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { protectResponse } from './protect-response.ts'

/** What a client sees of an answer; the header says which body it covers. */
async function seen(
  answer: (response: ServerResponse) => void,
  method = 'GET',
): Promise<{ status: number | undefined; info: unknown; other: unknown; body: string }> {
  const covered: (string | undefined)[] = []
  const server = createServer((_, response) => {
    protectResponse(response, method, (body) => {
      covered.push(body && Buffer.from(body).toString('latin1'))
      return `covers=${JSON.stringify(covered)}`
    })
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const result = await new Promise<Awaited<ReturnType<typeof seen>>>((resolve, reject) => {
    get({ host: '127.0.0.1', port, method }, (got) => {
      const { statusCode: status, headers } = got
      const [info, other] = [headers['authentication-info'], headers['x-other']]
      text(got).then((body) => resolve({ status, info, other, body }), reject)
    }).once('error', reject)
  })
  server.closeAllConnections()
  server.close()
  return result
}

test.each([
  ['nothing', (r: ServerResponse) => r.end(), '', '[""]'],
  ['a string', (r: ServerResponse) => r.end('body'), 'body', '["body"]'],
  ['hex', (r: ServerResponse) => r.end('616263', 'hex'), 'abc', '["abc"]'],
  ['octets', (r: ServerResponse) => r.end(Buffer.from('body')), 'body', '["body"]'],
  ['a callback', (r: ServerResponse) => r.end(() => {}), '', '[""]'],
])('an answer of %s is covered as a whole', async (_, answer, body, covered) => {
  expect(await seen(answer)).toMatchObject({ status: 200, body, info: `covers=${covered}` })
})

test('a head that was written before waits for the body', async () => {
  const answer = (response: ServerResponse) =>
    response.writeHead(201, { 'x-other': 'y' }).end('body')
  const result = { status: 201, other: 'y', body: 'body', info: 'covers=["body"]' }
  expect(await seen(answer)).toEqual(result)
})

test.each([
  ['write', (r: ServerResponse) => void r.write('a')],
  ['writeHead and write', (r: ServerResponse) => void r.writeHead(200).write('a')],
])('a stream that begins with %s is covered without its body', async (_, begin) => {
  const answer = (response: ServerResponse) => {
    begin(response)
    response.write('b')
    response.end('c')
  }
  expect(await seen(answer)).toMatchObject({ status: 200, body: 'abc', info: 'covers=[null]' })
})

test('so is one whose head must be sent now', async () => {
  const answer = (response: ServerResponse) => {
    response.flushHeaders()
    response.end('c')
  }
  expect(await seen(answer)).toMatchObject({ body: 'c', info: 'covers=[null]' })
})

test.each([
  ['HEAD', 200],
  ['GET', 204],
  ['GET', 304],
])('%s with status %i has no body to cover', async (method, status) => {
  const answer = (response: ServerResponse) => response.writeHead(status).end('body')
  expect(await seen(answer, method)).toMatchObject({ status, body: '', info: 'covers=[""]' })
})

test('somebody who wraps the answer later still sees everything', async () => {
  const heads: number[] = []
  const answer = (response: ServerResponse) => {
    const { writeHead } = response
    response.writeHead = (status: number) => {
      heads.push(status)
      return writeHead.call(response, status)
    }
    response.statusCode = 202
    response.end('body')
  }
  expect(await seen(answer)).toMatchObject({ status: 202, info: 'covers=["body"]' })
  expect(heads).toEqual([202])
})
