import { describe, expect, test } from 'vitest'
import { RESULT_CODE_AVP } from './base-avps.ts'
import type { DiameterMessage } from './message.ts'
import type { RequestOutcome } from './pending-requests.ts'
import { createRoutedClient, type RoutePeer } from './routed-client.ts'

const MESSAGE: DiameterMessage = {
  commandCode: 303,
  applicationId: 16_777_221,
  request: true,
  proxiable: true,
  error: false,
  retransmitted: false,
  hopByHop: 0,
  endToEnd: 1,
  avps: [],
}
const ROUTE = { destinationRealm: 'home.example' }

function answered(code: number, error = true): RequestOutcome {
  const data = RESULT_CODE_AVP.type.encode(code)
  const avps = [{ code: 268, vendorId: 0, mandatory: true, data }]
  return { outcome: 'answered', message: { ...MESSAGE, request: false, error, avps } }
}
const OK = answered(2001, false)

interface TestPeer extends RoutePeer {
  /** T flags of what it was asked. */
  readonly asked: boolean[]
}

function peer(outcome: RequestOutcome, changes: Partial<RoutePeer> = {}): TestPeer {
  const asked: boolean[] = []
  return {
    asked,
    originHost: 'a.home.example',
    realms: ['home.example'],
    condition: 'usable',
    whenDecided: async () => {},
    async request({ retransmitted }) {
      asked.push(retransmitted)
      return outcome
    },
    ...changes,
  }
}

const ask = (peers: readonly RoutePeer[], route: object = {}) =>
  createRoutedClient(peers)(MESSAGE, { ...ROUTE, ...route }, 1000)

describe('which peer', () => {
  test('the first that leads to the realm, whatever its case', async () => {
    const peers = [
      peer(OK, { realms: ['other.example'] }),
      peer(OK, { realms: ['HOME.example'] }),
      peer(OK),
    ]
    expect(await ask(peers)).toEqual(OK)
    expect(peers.map(({ asked }) => asked.length)).toEqual([0, 1, 0])
  })

  test('a relay agent leads everywhere', async () => {
    const { realms: _, ...relay } = peer(OK)
    expect(await ask([relay], { destinationRealm: 'far.example' })).toEqual(OK)
  })

  test('the host that is named comes first, even from another realm', async () => {
    const named = peer(OK, { originHost: 'hss2.home.example', realms: ['x.example'] })
    const peers = [peer(OK), named]
    await ask(peers, { destinationHost: 'HSS2.home.example' })
    expect(peers.map(({ asked }) => asked.length)).toEqual([0, 1])
  })

  test('none leads there', async () => {
    expect(await ask([peer(OK)], { destinationRealm: 'far.example' })).toEqual({
      outcome: 'unreachable',
    })
    expect(await ask([])).toEqual({ outcome: 'unreachable' })
  })

  test('who is down is not asked', async () => {
    const peers = [peer(OK, { condition: 'down' }), peer(OK)]
    await ask(peers)
    expect(peers.map(({ asked }) => asked.length)).toEqual([0, 1])
    expect(await ask([peer(OK, { condition: 'down' })])).toEqual({ outcome: 'unreachable' })
  })
})

describe('who is just connecting', () => {
  test('is waited for if nobody else can be asked', async () => {
    let condition: RoutePeer['condition'] = 'connecting'
    const one = peer(OK, {
      async whenDecided() {
        condition = 'usable'
      },
    })
    const connecting = Object.defineProperty({ ...one }, 'condition', { get: () => condition })
    expect(await ask([connecting])).toEqual(OK)
  })

  test('is not waited for otherwise', async () => {
    const peers = [peer(OK, { condition: 'connecting' }), peer(OK)]
    await ask(peers)
    expect(peers.map(({ asked }) => asked.length)).toEqual([0, 1])
  })
})

describe('another one is asked', () => {
  test('when the connection is lost, with the T flag from then on', async () => {
    const peers = [peer({ outcome: 'lost' }), peer(answered(3004)), peer(OK)]
    expect(await ask(peers)).toEqual(OK)
    expect(peers.map(({ asked }) => asked)).toEqual([[false], [true], [true]])
  })

  test.each([3002, 3004])('after %i, which is the answer if nobody is left', async (code) => {
    const refused = answered(code)
    const peers = [peer(refused), peer(OK)]
    expect(await ask(peers)).toEqual(OK)
    expect(peers[1]?.asked).toEqual([false])
    expect(await ask([peer(refused)])).toEqual(refused)
  })
})

describe('no other one is asked', () => {
  test.each<[string, RequestOutcome]>([
    ['a timeout: it may have been served', { outcome: 'timeout' }],
    ['a refusal', answered(5012)],
    ['3002 without the E flag', answered(3002, false)],
    ['another protocol error', answered(3007)],
  ])('after %s', async (_name, outcome) => {
    const peers = [peer(outcome), peer(OK)]
    expect(await ask(peers)).toEqual(outcome)
    expect(peers[1]?.asked).toEqual([])
  })
})

test('all lost: unreachable', async () => {
  const lost = { outcome: 'lost' } as const
  expect(await ask([peer(lost), peer(lost)])).toEqual({ outcome: 'unreachable' })
})
