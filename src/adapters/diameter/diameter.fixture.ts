/** What the tests of Diameter on sockets share: a peer made by hand, and nodes on loopback. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { decodeAvps, encodeAvps } from '../../diameter/base/avp-codec.ts'
import { optional, readValues } from '../../diameter/base/avp-rules.ts'
import {
  APPLICATION_BASE,
  EXPERIMENTAL_RESULT,
  RESULT_CODE_AVP,
  VENDOR_ID,
  VENDOR_SPECIFIC_APPLICATION_ID,
} from '../../diameter/base/base-avps.ts'
import { CAPABILITIES_EXCHANGE, DEVICE_WATCHDOG } from '../../diameter/base/base-commands.ts'
import { describeCapabilities } from '../../diameter/base/capabilities.ts'
import { writeAnswer, writeRequest } from '../../diameter/base/command.ts'
import { node } from '../../diameter/base/diameter.fixture.ts'
import { createFrameSplitter } from '../../diameter/base/frame-splitter.ts'
import { type DiameterMessage, decodeMessage, encodeMessage } from '../../diameter/base/message.ts'
import type { LogFields } from '../../ports/log.ts'
import { systemClock } from '../system/system-clock.ts'
import type { DiameterPorts } from './diameter-node.ts'

/** Real time, seeded randomness, and a log to look into. */
export function testPorts(seed: string): DiameterPorts & {
  readonly logged: { readonly event: string; readonly fields: LogFields | undefined }[]
} {
  const logged: { event: string; fields: LogFields | undefined }[] = []
  const record = (event: string, fields?: LogFields): void => {
    logged.push({ event, fields })
  }
  const log = { info: record, warn: record, error: record }
  return { clock: systemClock, random: createSeededRandom(seed), log, logged }
}

/** A peer whose every octet is the test's. */
export interface HandPeer {
  readonly socket: Socket
  /** Messages that came and were not taken yet. */
  readonly inbox: readonly DiameterMessage[]
  send(...messages: readonly DiameterMessage[]): void
  write(octets: Uint8Array): void
  /** The next message. @throws {Error} If none comes within five seconds, or the connection ends. */
  next(): Promise<DiameterMessage>
  /** Resolves when the node has ended the connection. */
  readonly ended: Promise<void>
}

/** A hand peer on a socket that is connected or connecting. */
export function handPeer(socket: Socket): HandPeer {
  const splitter = createFrameSplitter()
  const inbox: DiameterMessage[] = []
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  socket.on('error', () => {})
  socket.on('data', (octets: Uint8Array) => {
    inbox.push(...splitter.push(octets).map(decodeMessage))
    socket.emit('message')
  })
  return {
    socket,
    inbox,
    ended,
    send: (...messages) => {
      for (const message of messages) socket.write(encodeMessage(message))
    },
    write: (octets) => void socket.write(octets),
    async next() {
      const signal = AbortSignal.timeout(5000)
      while (inbox.length === 0) {
        await Promise.race([
          once(socket, 'message', { signal }),
          ended.then(() => Promise.reject(new Error('the connection has ended'))),
        ])
      }
      return inbox.shift() as DiameterMessage
    },
  }
}

/** A hand peer that has connected to a port on loopback and said nothing yet. */
export async function dialByHand(port: number): Promise<HandPeer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const peer = handPeer(socket)
  await once(socket, 'connect')
  return peer
}

let nextId = 1
/** Identifiers that no other message of the tests has. */
export function freshIds() {
  nextId += 1
  return { hopByHop: nextId, endToEnd: nextId }
}

/** CER of a node with this name, for this application. */
export function cer(originHost: string, applicationId: number): DiameterMessage {
  const description = node({ originHost, applicationIds: [applicationId] })
  return writeRequest(CAPABILITIES_EXCHANGE, describeCapabilities(description), freshIds())
}

/** CEA of success to it, by a node with this name. */
export function cea(request: DiameterMessage, originHost: string, applicationId: number) {
  const description = node({ originHost, applicationIds: [applicationId] })
  const values = { resultCode: 2001, ...describeCapabilities(description) }
  return writeAnswer(CAPABILITIES_EXCHANGE, values, request)
}

/** DWR of a node with this name. */
export function dwr(originHost: string): DiameterMessage {
  return writeRequest(DEVICE_WATCHDOG, { originHost, originRealm: 'example.org' }, freshIds())
}

/** The message of a peer of RFC 3588, which names two vendors (of ETSI and 3GPP) for its application. RFC 3588 6.11 */
export function ofTwoVendors(message: DiameterMessage): DiameterMessage {
  const { code, vendorId, mandatory, type } = VENDOR_ID
  const etsi = { code, vendorId, mandatory, data: type.encode(13_019) }
  const avps = message.avps.map((avp) =>
    avp.code === VENDOR_SPECIFIC_APPLICATION_ID.code
      ? { ...avp, data: encodeAvps([etsi, ...decodeAvps(avp.data)]) }
      : avp,
  )
  return { ...message, avps }
}

/** Whether it is a message between peers, of no application. */
export function isBase({ applicationId }: DiameterMessage): boolean {
  return applicationId === APPLICATION_BASE
}

/** Result-Code, or Experimental-Result-Code. */
export function resultOf({ avps }: DiameterMessage): number | undefined {
  const { resultCode, experimentalResult } = readValues(
    { resultCode: optional(RESULT_CODE_AVP), experimentalResult: optional(EXPERIMENTAL_RESULT) },
    avps.filter(({ code }) => code === RESULT_CODE_AVP.code || code === EXPERIMENTAL_RESULT.code),
  )
  return resultCode ?? experimentalResult?.experimentalResultCode
}

/** A hand peer that has connected and exchanged capabilities. */
export async function openByHand(
  port: number,
  originHost: string,
  applicationId: number,
): Promise<HandPeer> {
  const peer = await dialByHand(port)
  peer.send(cer(originHost, applicationId))
  await peer.next()
  return peer
}

/** A node that answers CER, and each request of its application with a message of the test's own; it goes at DPR. */
export async function answerByHand(
  { originHost, applicationId }: { readonly originHost: string; readonly applicationId: number },
  answerTo: (request: DiameterMessage) => DiameterMessage,
) {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    const peer = handPeer(socket)
    const answer = (message: DiameterMessage): void => {
      if (!isBase(message)) peer.send(answerTo(message))
      else if (message.commandCode !== CAPABILITIES_EXCHANGE.code) socket.end()
      else peer.send(cea(message, originHost, applicationId))
    }
    socket.on('message', () => void peer.next().then(answer))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, originHost },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
