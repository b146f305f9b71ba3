import { expect, test } from 'vitest'
import {
  btidOf,
  CAR_ID,
  GATEWAY_ID,
  OTHER_GATEWAY_ID,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import {
  type Arrival,
  accountOf,
  agreesWithArrival,
  directArrival,
  type Sender,
} from './arrival.ts'

const direct = directArrival('192.0.2.1')
const pskTls = directArrival('192.0.2.1', { tlsBtid: btidOf(1) })
const gateway: Sender = { entityId: GATEWAY_ID, role: 'pn-gw' }
const relayed: Arrival = {
  kind: 'relay',
  remoteAddress: '192.0.2.1',
  via: GATEWAY_ID,
  pne: WATCH_ID,
}

test.each<readonly [string, Sender, Arrival, boolean]>([
  ['a PN GW itself', { entityId: GATEWAY_ID, role: 'pn-gw' }, direct, true],
  ['a PN GW, whatever its B-TID', { ...gateway, btid: btidOf(2) }, direct, true],
  ['the B-TID of PSK-TLS', { ...gateway, btid: btidOf(1) }, pskTls, true],
  ['another B-TID than that of PSK-TLS', { ...gateway, btid: btidOf(2) }, pskTls, false],
  ['no B-TID under PSK-TLS', gateway, pskTls, false],
  ['a PN GW with a Via', { entityId: GATEWAY_ID, role: 'pn-gw', via: GATEWAY_ID }, direct, false],
  ['a PNE itself', { entityId: WATCH_ID, role: 'pne', via: GATEWAY_ID }, direct, false],
  ['a PNE behind its PN GW', { entityId: WATCH_ID, role: 'pne', via: GATEWAY_ID }, relayed, true],
  ['another PNE', { entityId: CAR_ID, role: 'pne', via: GATEWAY_ID }, relayed, false],
  ['another Via', { entityId: WATCH_ID, role: 'pne', via: OTHER_GATEWAY_ID }, relayed, false],
  ['no Via', { entityId: WATCH_ID, role: 'pne' }, relayed, false],
  ['a PN GW in a relay', { entityId: WATCH_ID, role: 'pn-gw', via: GATEWAY_ID }, relayed, false],
])('%s', (_, sender, arrival, agrees) => {
  expect(agreesWithArrival(sender, arrival)).toBe(agrees)
})

test('what comes through a PN GW counts apart from what the PN GW does itself', () => {
  expect([accountOf(direct), accountOf(relayed)]).toEqual(['192.0.2.1', `via ${GATEWAY_ID}`])
})
