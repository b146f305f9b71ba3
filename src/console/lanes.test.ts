import { expect, test } from 'vitest'
import { orderLanes } from './lanes.ts'

test('from the device to the network, strangers last, each once', () => {
  const came = [
    'BSF',
    'CPNS Server',
    'impostor',
    'HSS',
    'PN GW',
    'USIM',
    'PNE watch',
    'BSF',
    'application',
  ]
  expect(orderLanes(came)).toEqual([
    'PNE watch',
    'PN GW',
    'USIM',
    'CPNS Server',
    'BSF',
    'HSS',
    'application',
    'impostor',
  ])
})
