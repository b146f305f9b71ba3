/**
 * Whoever floods a CPNS Server: posts one and the same handful of forged ConnectRequests, prepared
 * beforehand, on kept connections and without waiting for answers. A process of its own, so that it takes no
 * time of those who measure. Tells its parent once a second how many were answered.
 */
import { connect, type TLSSocket } from 'node:tls'

interface FloodOrder {
  readonly host: string
  readonly port: number
  readonly servername: string
  readonly ca: string
  /** Requests a second, over all connections. */
  readonly rate: number
  readonly connections: number
  /** Bodies of the requests, taken in turn. */
  readonly bodies: readonly string[]
}

const TICK_MS = 10
/** Requests without answer on one connection; the flood slows down rather than fill the memory. */
const DEPTH = 32

process.on('disconnect', () => process.exit())
process.once('message', (order: FloodOrder) => flood(order))

function flood({ host, port, servername, ca, rate, connections, bodies }: FloodOrder): void {
  const requests = bodies.map(
    (body) =>
      `POST /cpns HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/vnd.oma.cpns+xml\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
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
        batch += requests[turn++ % requests.length]
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
