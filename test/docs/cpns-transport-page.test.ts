import { expect, test } from 'vitest'
import { WEB_SOCKET_LIMITS } from '../../src/adapters/ws/frame-socket.ts'
import { CPNS_MEDIA_TYPE, MAX_MESSAGE_OCTETS } from '../../src/cpns/messages.ts'
import { codesIn, readPage, readProjectFile, tableUnder, unwrapped } from './pages.fixture.ts'

const page = readPage('reference/cpns-transport.md')
const source = (path: string): string => readProjectFile(`src/${path}.ts`)

/** A number of a source that nothing exports. */
function constantOf(path: string, name: string): number {
  const value = new RegExp(`${name} = ([\\d_* ]+)`).exec(source(path))?.[1]
  if (value === undefined) throw new Error(`${path} has no ${name}`)
  return value
    .split('*')
    .map((factor) => Number(factor.trim().replaceAll('_', '')))
    .reduce((product, factor) => product * factor, 1)
}

test('names of media type and subprotocols', () => {
  const [, path, subprotocol] =
    /CPNS_1 = \{ path: '(.*)', subprotocol: '(.*)' \}/.exec(
      source('adapters/gateway/serve-gateway'),
    ) ?? []
  const [, ofServer] = /SUBPROTOCOL = '(.*)'/.exec(source('adapters/gateway/server-way')) ?? []
  const codes = codesIn(page)
  expect(codes).toContain(`Content-Type: ${CPNS_MEDIA_TYPE}`)
  expect(codes).toEqual(expect.arrayContaining([path, subprotocol, ofServer]))
})

test('limits of POST /cpns', () => {
  const text = Object.fromEntries(
    tableUnder(page, 'POST /cpns').rows.map(([status = '', , when = '']) => [status, when]),
  )
  expect(text[400]).toContain(`over ${MAX_MESSAGE_OCTETS} octets`)
  expect(text[413]).toContain(`over ${constantOf('adapters/http/answer-post', 'MAX_BODY_OCTETS')} `)
  expect(text[431]).toContain(
    `over ${constantOf('adapters/http/serve-cpns', 'MAX_HEADER_OCTETS')} `,
  )
  const seconds = constantOf('adapters/http/serve-cpns', 'DEFAULT_REQUEST_TIMEOUT_MS') / 1000
  expect(text[408]).toContain(`within ${seconds} s`)
})

test('limits of the sockets', () => {
  const prose = unwrapped(page)
  expect(prose).toContain(`a frame of over ${WEB_SOCKET_LIMITS.maxPayload} octets`)
  expect(prose).toContain(`in more than ${WEB_SOCKET_LIMITS.maxFragments} fragments`)
  const server = constantOf('cpns-server/gateway-connection', 'UNATTACHED_MS') / 1000
  expect(prose).toContain(`nothing attached for ${server} s`)
  const gateway = constantOf('pn-gw/pne-line', 'UNADMITTED_MS') / 1000
  expect(prose).toContain(`without an admitted session for ${gateway} s`)
})
