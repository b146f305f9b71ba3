import { expect, test } from 'vitest'
import { hasRoomForLanes, orderLanes, shortName, withBreaks } from './lanes.ts'

test('from the device to the network, strangers last, each once', () => {
  const came = [
    'BSF',
    'CPNS Server',
    'impostor',
    'HSS',
    'PN GW home',
    'PN GW',
    'USIM',
    'PNE watch',
    'BSF',
    'application',
  ]
  expect(orderLanes(came)).toEqual([
    'PNE watch',
    'PN GW home',
    'PN GW',
    'USIM',
    'CPNS Server',
    'BSF',
    'HSS',
    'application',
    'impostor',
  ])
})

test('who is called by an EntityID stands where its role does', () => {
  const roles = new Map([
    ['urn:x:1', 'PN GW'],
    ['urn:x:2', 'PNE'],
  ])
  const came = ['BSF', 'urn:x:3', 'urn:x:1', 'CPNS Server', 'urn:x:2']
  expect(orderLanes(came, (name) => roles.get(name))).toEqual([
    'urn:x:2',
    'urn:x:1',
    'CPNS Server',
    'BSF',
    'urn:x:3',
  ])
})

test.each([
  ['PN GW home', 'PN GW home'],
  ['urn:uuid:6d0f8f3a-30c5-4c1e-9a5f-6b1f6e0c7a02', '6d0f8f…0c7a02'],
  ['imei:490154203237518000', 'imei:4…518000'],
  ['urn:x:gw', 'urn:x:gw'],
  ['urn:cpns:service:echo', 'cpns:service:echo'],
])('%s is called %s where there is little room', (name, short) => {
  expect(shortName(name)).toBe(short)
})

test('columns need room; before anything is drawn there is enough', () => {
  expect(hasRoomForLanes(4, 200)).toBe(true)
  expect(hasRoomForLanes(5, 200)).toBe(false)
  expect(hasRoomForLanes(0, 10)).toBe(false)
  expect(hasRoomForLanes(14, 0)).toBe(true)
})

test.each([
  ['PNE watch', 'PNE watch'],
  ['other eavesdropper', 'other ea-ves-drop-per'],
  ['application', 'ap-pli-ca-tion'],
  ['impostor', 'im-pos-tor'],
  ['6d0f8f…0c7a02', '6d0f8f…0c7a02'],
])('%s may be broken as %s where a column is narrow', (name, broken) => {
  expect(withBreaks(name)).toBe(broken.replaceAll('-', '\u00ad'))
})
