import { expect, test } from 'vitest'
import { messageEvent, noteEvent } from './console.fixture.ts'
import { createRoles } from './roles.ts'

test('who connects says his role; nobody else is believed', () => {
  const roles = createRoles()
  roles.learnFrom([
    noteEvent(1),
    messageEvent(2, { from: 'urn:x:gw', fields: { Role: 'pn-gw' } }),
    messageEvent(3, { from: 'urn:x:car', fields: { Role: 'pne' } }),
    messageEvent(6, { from: 'impostor', fields: { Role: 'pn-gw' } }),
    messageEvent(4, { from: 'urn:x:odd', fields: { Role: 'king' } }),
    messageEvent(5, { from: 'urn:x:other', message: 'Message', fields: { Role: 'pne' } }),
  ])
  const names = ['urn:x:gw', 'urn:x:car', 'urn:x:odd', 'urn:x:other', 'impostor']
  const none = undefined
  expect(names.map(roles.roleOf)).toEqual(['PN GW', 'PNE', none, none, none])
})

test('the table of entities tells of those whose handshake was not seen', () => {
  const roles = createRoles()
  const rows = [
    { entity: 'urn:x:gw', role: 'PN GW' },
    { entity: 'urn:x:away', role: '' },
  ]
  roles.learnFromTables([{ id: 'users', title: '', empty: '', columns: [], rows }])
  expect([roles.roleOf('urn:x:gw'), roles.version]).toEqual([undefined, 0])
  const table = { id: 'entities', title: '', empty: '', columns: [], rows }
  roles.learnFromTables([table])
  roles.learnFromTables([table])
  expect([roles.roleOf('urn:x:gw'), roles.roleOf('urn:x:away'), roles.version]).toEqual([
    'PN GW',
    undefined,
    1,
  ])
})

test('what the server knows counts more than what somebody says', () => {
  const roles = createRoles()
  const rows = [{ entity: 'urn:x:gw', role: 'PN GW' }]
  roles.learnFromTables([{ id: 'entities', title: '', empty: '', columns: [], rows }])
  roles.learnFrom([messageEvent(1, { from: 'urn:x:gw', fields: { Role: 'pne' } })])
  expect(roles.roleOf('urn:x:gw')).toBe('PN GW')
})

test('of more entities than can be shown the oldest are forgotten', () => {
  const roles = createRoles()
  for (let n = 0; n < 2001; n++) {
    roles.learnFrom([messageEvent(n, { from: `urn:x:${n}`, fields: { Role: 'pne' } })])
  }
  expect([roles.roleOf('urn:x:0'), roles.roleOf('urn:x:2000')]).toEqual([undefined, 'PNE'])
})
