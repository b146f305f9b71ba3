import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PskLookup, PskOffer } from '../../naf/psk-exchange.ts'
import { helloRecord, keyExchangeRecord } from '../../naf/psk-hello.fixture.ts'
import { concatOctets, utf8 } from '../../octets/octets.ts'
import { PskGate, type PskRefusal } from './psk-gate.ts'
import { keyAnswer, PSK_IDENTITY, readToEnd } from './psk-world.fixture.ts'

const HELLO = helloRecord({ versions: [0x0304], identities: [PSK_IDENTITY] })
const HELLO_12 = helloRecord()
const ANSWER = async (offer: PskOffer) => keyAnswer(offer, 0)

let server: Server
let client: Socket
let gate: PskGate
const refused: PskRefusal[] = []

/** A gate, and the client before it. */
async function open(lookup: PskLookup = ANSWER): Promise<void> {
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const { port } = server.address() as { port: number }
  client = connect(port, '127.0.0.1')
  client.on('error', () => {})
  gate = new PskGate(await accepted, {
    versions: ['1.3', '1.2'],
    lookup,
    onRefused: (reason) => refused.push(reason),
  })
  gate.on('error', () => {})
}

/** A gate whose key comes only when the test lets it go. */
async function openWithLateKey(): Promise<() => void> {
  let letGo = (): void => {}
  const waiting = new Promise<void>((resolve) => {
    letGo = resolve
  })
  await open(async (offer) => {
    await waiting
    return keyAnswer(offer, 0)
  })
  return () => letGo()
}

/** The next octets that come through, at least `length`. */
async function through(length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (let missing = length; missing > 0; ) {
    const part = gate.read() as Uint8Array | null
    if (part === null) await new Promise((resolve) => gate.once('readable', resolve))
    else {
      parts.push(part)
      missing -= part.length
    }
  }
  return concatOctets(...parts)
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))

beforeEach(async () => {
  refused.length = 0
  server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  client.destroy()
  gate.destroy()
  server.close()
})

describe('a key', () => {
  test('is there before the record that names it goes on', async () => {
    const letGo = await openWithLateKey()
    client.write(HELLO)
    await settle()
    expect(gate.read()).toBeNull()
    expect(gate.keyOf('1.3', PSK_IDENTITY)).toBeUndefined()
    letGo()
    expect(await through(HELLO.length)).toEqual(HELLO)
    expect(gate.keyOf('1.3', PSK_IDENTITY)).toMatchObject({ peer: { uaId: '0100000007' } })
    expect(gate.keyOf('1.2', PSK_IDENTITY)).toBeUndefined()
    expect(gate.keyOf('1.3', 'another')).toBeUndefined()
  })

  test('holds back all that comes meanwhile, so that nothing overtakes its record', async () => {
    const letGo = await openWithLateKey()
    const [named, more] = [keyExchangeRecord(PSK_IDENTITY), utf8('more')]
    client.write(concatOctets(HELLO_12, named))
    expect(await through(HELLO_12.length)).toEqual(HELLO_12)
    client.write(more)
    await settle()
    expect(gate.read()).toBeNull()
    letGo()
    expect(await through(named.length + more.length)).toEqual(concatOctets(named, more))
  })

  test('is looked up once, though a second hello names it again', async () => {
    let lookups = 0
    await open((offer) => {
      lookups += 1
      return ANSWER(offer)
    })
    client.write(concatOctets(HELLO, HELLO))
    await through(2 * HELLO.length)
    expect(lookups).toBe(1)
  })

  test('is forgotten when the handshake is over', async () => {
    await open()
    client.write(HELLO)
    await through(HELLO.length)
    gate.forgetKeys()
    expect(gate.keyOf('1.3', PSK_IDENTITY)).toBeUndefined()
  })
})

describe('refusals are alerts', () => {
  const second = keyExchangeRecord('someone')
  test.each([
    ['unknown-identity', 115, [HELLO_12, second], undefined],
    ['forbidden', 49, [HELLO], 'forbidden'],
    ['unavailable', 80, [HELLO], 'unavailable'],
    ['malformed', 50, [utf8('GET / HTTP/1.1\r\n\r\n')], undefined],
    ['unexpected', 10, [second], undefined],
  ] as const)('%s: %i', async (reason, alert, records, outcome) => {
    await open(outcome === undefined ? ANSWER : async () => ({ outcome }))
    client.write(concatOctets(...records))
    // More of the client must not turn the alert into a reset.
    client.write(new Uint8Array(100_000))
    const octets = await readToEnd(client)
    expect(Buffer.from(octets, 'latin1')).toEqual(Buffer.of(21, 3, 3, 0, 2, 2, alert))
    expect(refused).toEqual([reason])
  })

  test('a look-up that fails is unavailable', async () => {
    await open(async () => {
      throw new Error('broken')
    })
    client.write(HELLO)
    expect((await readToEnd(client)).at(-1)).toBe(String.fromCharCode(80))
    expect(refused).toEqual(['unavailable'])
  })
})

describe('an open gate', () => {
  const MANY = 8 * 1024 * 1024

  test('holds the client back while nobody reads', async () => {
    await open()
    client.write(HELLO_12)
    client.write(keyExchangeRecord(PSK_IDENTITY))
    client.write(new Uint8Array(MANY))
    await settle()
    expect(gate.readableLength).toBeLessThan(1024 * 1024)
    expect(client.writableLength).toBeGreaterThan(0)
    const length = HELLO_12.length + keyExchangeRecord(PSK_IDENTITY).length + MANY
    expect(await through(length)).toHaveLength(length)
  })

  test('holds the server back while the client does not read', async () => {
    await open()
    client.pause()
    expect(gate.write(new Uint8Array(MANY))).toBe(false)
    let isDrained = false
    gate.once('drain', () => {
      isDrained = true
    })
    await settle()
    expect(isDrained).toBe(false)
    const drained = new Promise((resolve) => gate.once('drain', resolve))
    client.resume()
    await drained
  })
})

describe('an end', () => {
  test('of the client while its key is fetched ends the gate, and a late key does nothing', async () => {
    const letGo = await openWithLateKey()
    client.write(HELLO)
    await settle()
    const closed = new Promise((resolve) => gate.once('close', resolve))
    client.resetAndDestroy()
    await closed
    letGo()
    await settle()
    expect(gate.keyOf('1.3', PSK_IDENTITY)).toBeUndefined()
    expect(refused).toEqual([])
  })

  test('of the client in the middle of a hello ends the gate', async () => {
    await open()
    const closed = new Promise((resolve) => gate.once('close', resolve))
    client.end(HELLO.subarray(0, 20))
    await closed
    expect(gate.read()).toBeNull()
  })

  test('of the gate ends the client', async () => {
    await open()
    const closed = new Promise((resolve) => client.once('close', resolve))
    client.resume()
    gate.destroy()
    await closed
  })
})
