/**
 * Whoever floods a CPNS Server: posts forged ConnectRequests, each of them a fresh one, on kept connections
 * and without waiting for answers. A process of its own, so that it takes no
 * time of those who measure. Tells its parent once a second how many were answered.
 */
import { randomBytes } from 'node:crypto'
import { connect, type TLSSocket } from 'node:tls'

interface FloodOrder {
  readonly host: string
  readonly port: number
  readonly servername: string
  readonly ca: string
  /** Requests a second, over all connections. */
  readonly rate: number
  readonly connections: number
  /** Bodies of the requests, taken in turn; `{n}` in them is a number and `{rand}` a RAND, new ones each time. */
  readonly bodies: readonly string[]
}

const TICK_MS = 10
/** Requests without answer on one connection; the flood slows down rather than fill the memory. */
const DEPTH = 32

process.on('disconnect', () => process.exit())
process.once('message', (order: FloodOrder) => flood(order))

function flood({ host, port, servername, ca, rate, connections, bodies }: FloodOrder): void {
  const head = `POST /cpns HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/vnd.oma.cpns+xml\r\n`
  const requestOf = (n: number): string => {
    const body = (bodies[n % bodies.length] ?? '')
      .replaceAll('{n}', String(n))
      .replaceAll('{rand}', () => freshRand())
    return `${head}Content-Length: ${body.length}\r\n\r\n${body}`
  }
  const lines = Array.from({ length: connections }, () => openLine({ host, port, servername, ca }))
  let answered = 0
  let owed = 0
  let turn = 0
  setInterval(() => {
    owed = Math.min(owed + (rate * TICK_MS) / 1000, rate)
    for (const line of lines) {
      answered += line.takeAnswers()
      let batch = ''
      while (owed >= 1 && line.room() > 0) {
        batch += requestOf(turn++)
        line.note()
        owed -= 1
      }
      if (batch !== '') line.socket.write(batch)
    }
  }, TICK_MS)
  setInterval(() => {
    process.send?.({ answered })
    answered = 0
  }, 1000)
}

let pool = Buffer.alloc(0)

/** 16 octets in base64, of a pool: asking for each would cost more than the flood. */
function freshRand(): string {
  if (pool.length < 16) pool = randomBytes(16 * 1024)
  const rand = pool.subarray(0, 16)
  pool = pool.subarray(16)
  return rand.toString('base64')
}

function openLine(to: { host: string; port: number; servername: string; ca: string }) {
  let underWay = 0
  let fresh = 0
  const socket: TLSSocket = connect(to)
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    // A status line that is cut between two reads is missed; the count is a lower bound.
    const count = text.split('HTTP/1.1 ').length - 1
    fresh += count
    underWay = Math.max(0, underWay - count)
  })
  socket.on('error', () => process.exit(1))
  return {
    socket,
    room: () => DEPTH - underWay,
    note: () => {
      underWay += 1
    },
    takeAnswers: () => {
      const count = fresh
      fresh = 0
      return count
    },
  }
}
