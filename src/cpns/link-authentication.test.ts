import { beforeEach, describe, expect, test } from 'vitest'
import { createSocketPair } from '../../test/support/memory-socket.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid, TransportFailed, UnexpectedMessage } from '../errors/errors.ts'
import { type Btid, formatBtid } from '../identity/btid.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { utf8 } from '../octets/octets.ts'
import { noLog } from '../ports/log.ts'
import {
  type BootstrappingHints,
  ConnectRefused,
  type CredentialSource,
  type Credentials,
} from './credentials.ts'
import { createSoftwareProver, type EuKeyProver } from './eukey-prover.ts'
import { HAND_EUKEY, HAND_SERVER_ID, HandServer } from './hand-server.fixture.ts'
import { type AuthenticationPorts, authenticate } from './link-authentication.ts'
import { LinkConnection } from './link-connection.ts'
import { decodeMessage, encodeMessage } from './messages.ts'

const ENTITY_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-0000000000bb')
const BSF_NAME = parseFqdn('bsf.example.org')
const GOOD: Credentials = { euKey: HAND_EUKEY, keyType: 'assigned' }
const OLD: Credentials = {
  euKey: Secret.of(new Uint8Array(32).fill(8)),
  keyType: 'ks-ext-naf',
  btid: formatBtid({ rand: new Uint8Array(16), bsfName: BSF_NAME }),
}

let clock: VirtualClock
let server: HandServer
let link: LinkConnection
let seen: string[]
/** What the source was asked for. */
let asked: (BootstrappingHints | undefined)[]

beforeEach(() => {
  clock = createVirtualClock()
  const [client, far] = createSocketPair()
  server = new HandServer(far)
  link = new LinkConnection(client, { clock, log: noLog, handleRecord: async () => {} })
  seen = []
  asked = []
})

/** Gives these one after the other, the last for ever. */
function source(...credentials: readonly Credentials[]): CredentialSource {
  const rest = [...credentials]
  return {
    async obtain(refused) {
      asked.push(refused)
      return (rest.length > 1 ? rest.shift() : rest[0]) as Credentials
    },
  }
}

function authenticating(change: Partial<AuthenticationPorts> = {}) {
  return authenticate(
    link,
    { entityId: ENTITY_ID, role: 'pn-gw', algorithms: ['HMAC-SHA-256'] },
    {
      credentials: source(GOOD),
      clock,
      random: createSeededRandom(),
      log: noLog,
      seen: (side, octets) => void seen.push(`${side} ${decodeMessage(octets).name}`),
      ...change,
    },
  )
}

describe('a good handshake', () => {
  test('ends with the session that the server has', async () => {
    const session = authenticating()
    const atServer = await server.authenticate(60)
    const { sessionId, sessionKey, lifetimeSeconds } = await session
    expect(sessionId).toBe(atServer.sessionId)
    expect(sessionKey.equals(atServer.sessionKey)).toBe(true)
    expect(lifetimeSeconds).toBe(60)
    expect(seen).toEqual([
      'sent ConnectRequest',
      'received AuthenticateRequest',
      'sent AuthenticateResponse',
      'received ConnectResponse',
    ])
  })

  test('counts the life of the session from its own AuthenticateResponse, not from the answer', async () => {
    const session = authenticating()
    const atServer = server.authenticate(60, async (octets) => {
      await clock.advance(5000)
      return octets
    })
    await atServer
    expect((await session).endsAtMonotonicMs).toBe(60_000)
    expect(clock.monotonicMs()).toBe(5000)
  })

  test('passes over Errors about former attachments', async () => {
    const session = authenticating()
    await server.sendError(409)
    await server.sendError(401)
    await server.authenticate()
    expect((await session).lifetimeSeconds).toBe(60)
  })
})

describe('refused', () => {
  test.each([400, 401, 403, 404, 410, 413, 421, 426] as const)(
    'with %i: final, naming the status',
    async (status) => {
      const session = authenticating()
      void server.refuse(status)
      await expect(session).rejects.toMatchObject({ name: 'ConnectRefused', status })
    },
  )

  test.each([408, 409, 429, 500, 503] as const)(
    'with %i without RetryAfter: the whole exchange may be tried again',
    async (status) => {
      const session = authenticating()
      void server.refuse(status)
      await expect(session).rejects.toThrow(TransportFailed)
    },
  )

  test.each([
    [429, 5],
    [503, 1],
  ] as const)(
    'with %i and RetryAfter %i: again on the same connection',
    async (status, retryAfter) => {
      const session = authenticating()
      await server.refuse(status, { retryAfter })
      const made = server.authenticate()
      await clock.advance(retryAfter * 1000 - 1)
      expect(seen).not.toContain('received AuthenticateRequest')
      await clock.advance(1)
      await made
      expect((await session).lifetimeSeconds).toBe(60)
    },
  )

  test('the log says once that the server is busy, with status and time', async () => {
    const lines: unknown[] = []
    const session = authenticating({
      log: { ...noLog, warn: (...line) => void lines.push(line) },
    })
    await server.refuse(503, { retryAfter: 2 })
    const second = server.refuse(503, { retryAfter: 1 })
    await clock.advance(2000)
    await second
    const made = server.authenticate()
    await clock.advance(1000)
    await made
    await session
    expect(lines).toEqual([['server-busy', { status: 503, retrySeconds: 2 }]])
  })

  test('RetryAfter 0 is a second all the same, and more than a minute is a minute', async () => {
    const session = authenticating()
    await server.refuse(503, { retryAfter: 0 })
    const second = server.refuse(503, { retryAfter: 3600 })
    await clock.advance(999)
    expect(seen.filter((event) => event === 'sent ConnectRequest')).toHaveLength(1)
    await clock.advance(1)
    await second
    const made = server.authenticate()
    await clock.advance(60_000)
    await made
    await session
  })

  test('the connection may end while it waits', async () => {
    const session = authenticating()
    await server.refuse(503, { retryAfter: 30 })
    server.socket.close()
    await expect(session).rejects.toThrow('the connection ended')
  })
})

describe('402: the server has no such EUKey', () => {
  test('a source that can makes a new one, with the hints of the server', async () => {
    const session = authenticating({ credentials: source(OLD, GOOD) })
    await server.refuse(402, { naf: parseFqdn('cpns.example.org'), bsf: BSF_NAME })
    await server.authenticate()
    await session
    expect(asked).toEqual([undefined, { naf: 'cpns.example.org', bsf: BSF_NAME }])
  })

  test('no hints are hints too', async () => {
    const session = authenticating({ credentials: source(OLD, GOOD) })
    await server.refuse(402)
    await server.authenticate()
    await session
    expect(asked).toEqual([undefined, {}])
  })

  test('a second 402 is final', async () => {
    const session = authenticating({ credentials: source(OLD) })
    void server.refuse(402).then(() => server.refuse(402))
    await expect(session).rejects.toMatchObject({ status: 402 })
    expect(asked).toHaveLength(2)
  })

  test('what the source throws is what is thrown', async () => {
    const error = new ConfigurationInvalid('the server names another NAF')
    const session = authenticating({
      credentials: {
        async obtain(refused) {
          if (refused !== undefined) throw error
          return OLD
        },
      },
    })
    void server.refuse(402)
    await expect(session).rejects.toBe(error)
  })
})

const refusing421 = (): Promise<void> => server.refuse(421, { keyType: 'ks-int-naf' })

describe('421: the server demands another kind of key (K-1, M-8)', () => {
  test('a source that knows more than one kind is asked, once', async () => {
    const demanded: string[] = []
    const raiseDemand = async (keyType: string): Promise<Credentials> => {
      demanded.push(keyType)
      return GOOD
    }
    const session = authenticating({ credentials: { ...source(OLD), raiseDemand } })
    await refusing421()
    await server.authenticate()
    await session
    expect(demanded).toEqual(['ks-int-naf'])
  })

  test('a second 421 is final', async () => {
    const credentials = { ...source(OLD), raiseDemand: async () => OLD }
    const session = authenticating({ credentials })
    void refusing421().then(refusing421)
    await expect(session).rejects.toMatchObject({ status: 421 })
  })
})

describe('an EUKey that stays in the card (K-1)', () => {
  const software = createSoftwareProver(HAND_EUKEY, createSeededRandom('card'))
  const inCard = (prover: EuKeyProver): CredentialSource =>
    source({ prover, keyType: 'ks-int-naf', btid: OLD.btid as Btid })

  test('is proved by the card, which also draws RAND_client', async () => {
    const randomClient = new Uint8Array(16).fill(9)
    const prover = { ...software, start: async () => randomClient }
    const session = authenticating({ credentials: inCard(prover) })
    const { message } = await server.nextConnectRequest()
    expect(message).toMatchObject({ randomClient, keyType: 'ks-int-naf', btid: OLD.btid })
    server.socket.close()
    await expect(session).rejects.toThrow('the connection ended')
  })

  test('ends with the session that the server has', async () => {
    const session = authenticating({ credentials: inCard(software) })
    const { sessionKey } = await server.authenticate()
    expect((await session).sessionKey.equals(sessionKey)).toBe(true)
  })

  test('is offered with the algorithms that the card has', async () => {
    const prover = { ...software, algorithms: ['SHA-1'] as const }
    const session = authenticating({ credentials: inCard(prover) })
    await expect(session).rejects.toThrow(ConfigurationInvalid)
    await expect(session).rejects.toThrow('none of the algorithms to offer works with this EUKey')
    expect(seen).toEqual([])
  })

  test.each(['start', 'prove', 'confirm'] as const)(
    'a card that fails in %s',
    async (operation) => {
      const gone = () => Promise.reject(new TransportFailed('the reader is gone'))
      const session = authenticating({ credentials: inCard({ ...software, [operation]: gone }) })
      if (operation !== 'start') server.authenticate().catch(() => {})
      await expect(session).rejects.toThrow('the reader is gone')
    },
  )
})

describe('a server that is none', () => {
  test('cannot make up its HASH', async () => {
    const session = authenticating()
    void server.authenticate(60, (octets) => {
      const message = decodeMessage(octets)
      return encodeMessage({ ...message, hash: new Uint8Array(32) } as typeof message)
    })
    await expect(session).rejects.toThrow(ConnectRefused)
    await expect(session).rejects.toThrow('did not prove that it knows the EUKey')
  })

  test('cannot choose what was not offered', async () => {
    const session = authenticating()
    const { message } = await server.nextConnectRequest()
    const authReqData = {
      randomServer: new Uint8Array(16),
      algorithm: 'SHA-1',
      sessionLifetime: 60,
      state: new Uint8Array(8),
    }
    const { transactionId } = message
    const head = { name: 'AuthenticateRequest', transactionId, entityId: HAND_SERVER_ID } as const
    await server.send('text', encodeMessage({ ...head, authReqData }))
    await expect(session).rejects.toThrow('an algorithm that was not offered')
  })

  test('cannot send what is not expected', async () => {
    const session = authenticating()
    const { message } = await server.nextConnectRequest()
    await server.send('text', encodeMessage(message))
    await expect(session).rejects.toThrow(UnexpectedMessage)
  })

  test('cannot send what is no message', async () => {
    const session = authenticating()
    await server.send('text', utf8('hello'))
    await expect(session).rejects.toMatchObject({ code: 'invalid-message' })
  })

  test.each([0, 1])('cannot be silent after %i answers', async (answers) => {
    const session = authenticating()
    const failed = expect(session).rejects.toThrow('did not answer in time')
    if (answers === 1) {
      const { message } = await server.nextConnectRequest()
      const authReqData = {
        randomServer: new Uint8Array(16),
        algorithm: 'HMAC-SHA-256',
        sessionLifetime: 60,
        state: new Uint8Array(8),
      }
      const { transactionId } = message
      const head = { name: 'AuthenticateRequest', transactionId, entityId: HAND_SERVER_ID } as const
      await server.send('text', encodeMessage({ ...head, authReqData }))
    }
    await clock.advance(30_000)
    await failed
  })

  test('cannot end the connection unnoticed', async () => {
    const session = authenticating()
    server.socket.close()
    await expect(session).rejects.toThrow('the connection ended')
  })
})

test('a source without EUKey ends it before anything is sent', async () => {
  const error = new Error('no EUKey')
  const credentials = {
    obtain: async () => {
      throw error
    },
  }
  await expect(authenticating({ credentials })).rejects.toBe(error)
  expect(seen).toEqual([])
})
