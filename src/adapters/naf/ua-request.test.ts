import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { fromUtf8 } from '../../octets/octets.ts'
import { type NodeRequest, uaRequestOf } from './ua-request.ts'

/** What a server makes of octets on a connection. */
async function served<T>(
  parts: readonly string[],
  look: (request: IncomingMessage) => Promise<T>,
): Promise<T> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = connect(port, '127.0.0.1').on('error', () => {})
  try {
    return await new Promise<T>((resolve, reject) => {
      server.once('request', (request) => void look(request).then(resolve, reject))
      void (async () => {
        for (const part of parts) {
          if (part === CUT) client.destroy()
          else client.write(part)
          await new Promise((next) => setTimeout(next, 5))
        }
      })()
    })
  } finally {
    client.destroy()
    server.closeAllConnections()
    server.close()
  }
}

const CUT = 'cut'
const head = (...lines: string[]) => ['PUT /a?b HTTP/1.1', 'Host: h', ...lines, '', ''].join('\r\n')
const look = async (request: IncomingMessage) => {
  const reading = await uaRequestOf(request, 10).readBody()
  const again = reading.outcome === 'read' ? await text(request) : undefined
  return reading.outcome === 'read' ? [fromUtf8(reading.octets), again] : reading.outcome
}

test('method, URL and headers, doubled ones too', async () => {
  const whole = head('X-A: 1', 'x-a: 2', 'Content-Length: 0')
  const request = await served([whole], async (got) => uaRequestOf(got, 10))
  expect(request).toMatchObject({
    method: 'PUT',
    uri: '/a?b',
    headers: { host: ['h'], 'x-a': ['1', '2'] },
    connection: { remoteAddress: '127.0.0.1' },
  })
  expect(request.connection).not.toHaveProperty('cipherSuite')
})

test('the whole URL, where a framework took a part of it away', async () => {
  const uri = await served([head('Content-Length: 0')], async (got) => {
    const changed: NodeRequest = Object.assign(got, { originalUrl: '/prefix/a?b' })
    return uaRequestOf(changed, 10).uri
  })
  expect(uri).toBe('/prefix/a?b')
})

describe('a body', () => {
  test.each([
    ['at once', [`${head('Content-Length: 5')}hello`]],
    ['in pieces', [head('Content-Length: 5'), 'h', 'el', 'lo']],
    ['before the next request', [`${head('Content-Length: 5')}hello${head()}`]],
  ])('%s is read, and can be read again', async (_, parts) => {
    expect(await served(parts, look)).toEqual(['hello', 'hello'])
  })

  test.each([
    ['that is empty', [head('Content-Length: 0')], ['', '']],
    ['that nobody announced', [head()], ['', '']],
    [
      'as long as it may be',
      [`${head('Content-Length: 10')}0123456789`],
      ['0123456789', '0123456789'],
    ],
    ['that is too long', [head('Content-Length: 11')], 'too-long'],
    ['in chunks', [head('Transfer-Encoding: chunked'), '0\r\n\r\n'], 'length-unknown'],
  ])('%s', async (_, parts, result) => {
    expect(await served(parts, look)).toEqual(result)
  })

  test('whose sender goes away', async () => {
    const read = served([head('Content-Length: 5'), 'hel', CUT], look)
    await expect(read).rejects.toMatchObject({ code: 'transport-failed' })
  })

  test('whose sender has gone away before it is wanted', async () => {
    const read = served([head('Content-Length: 5'), 'hel', CUT], async (request) => {
      await new Promise((gone) => request.once('close', gone))
      return look(request)
    })
    await expect(read).rejects.toMatchObject({ code: 'transport-failed' })
  })

  test('that somebody else has read before is a mistake of the caller', async () => {
    const read = served([`${head('Content-Length: 5')}hello`], async (request) => {
      await text(request)
      return look(request)
    })
    await expect(read).rejects.toThrow(TypeError)
  })
})
