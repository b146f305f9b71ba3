import { type AddressInfo, createServer } from 'node:net'
import { Pool } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { createConnector } from './read-past-continue.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'
/** A body that looks like the head of an answer is a body all the same. */
const BODY = `${CONTINUE}${CONTINUE}`
const FINAL = `HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\nx-own: HTTP/1.1 100\r\n\r\n${BODY}`

/** Asks twice over one connection. */
async function askTwice(pieces: readonly string[]) {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('data', () => void sendPieces((piece) => socket.write(piece), pieces))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const connect = createConnector({ timeout: 1_000 })
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 1, connect })
  cleanUps.push(
    () => server.close(),
    () => pool.destroy(),
  )
  const answers: unknown[] = []
  for (const method of ['GET', 'POST'] as const) {
    const body = method === 'GET' ? null : 'octets'
    const signal = AbortSignal.timeout(3_000)
    const answer = await pool.request({ method, path: '/', body, signal })
    answers.push([answer.statusCode, answer.headers['x-own'], await answer.body.text()])
  }
  return { answers, connections }
}

async function sendPieces(write: (piece: string) => void, pieces: readonly string[]) {
  for (const piece of pieces) {
    write(piece)
    await new Promise((resolve) => {
      setTimeout(resolve, 2)
    })
  }
}

test.each([
  ['in the same piece', [`${CONTINUE}${FINAL}`]],
  ['in a piece of its own', [CONTINUE, FINAL]],
  ['twice', [CONTINUE, CONTINUE, FINAL]],
  ['octet by octet', [...CONTINUE.split(''), FINAL]],
  ['with header fields', ['HTTP/1.1 100 Continue\r\nserver: a\r\nx: 100\r\n', `\r\n${FINAL}`]],
  ['after 103', [`HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n${CONTINUE}${FINAL}`]],
  ['before 102', [`${CONTINUE}HTTP/1.1 102 Processing\r\n\r\n${CONTINUE}`, FINAL]],
  ['never', [FINAL]],
])('100 Continue %s', async (_, pieces) => {
  const { answers, connections } = await askTwice(pieces)
  const whole = [200, 'HTTP/1.1 100', BODY]
  expect({ answers, connections }).toEqual({ answers: [whole, whole], connections: 1 })
})
