import { afterEach, beforeEach, expect, test } from 'vitest'
import { GATEWAY_ID, settle, WATCH_ID } from '../../../test/support/cpns-world.ts'
import { type AdminWorld, inPath, startAdminWorld } from './server-admin.fixture.ts'

let admin: AdminWorld
beforeEach(async () => {
  admin = await startAdminWorld()
})
afterEach(() => admin.close())

test('which PNE is behind which PN GW, as the PN GW itself has registered it', async () => {
  const { world } = admin
  const gateway = world.createGateway({
    options: { pn: { alias: 'home', lifetimeSeconds: 600 } },
  })
  await gateway.start()
  const watch = await world.createPne(WATCH_ID, 10, gateway)
  await watch.pne.start()
  await settle()
  const { status, json } = await admin.ask('GET', '/admin/pns')
  expect(status).toBe(200)
  const { pns } = json as { pns: { pnId: string }[] }
  expect(pns).toMatchObject([
    {
      alias: 'home',
      gateway: GATEWAY_ID,
      online: true,
      members: [{ entityId: WATCH_ID, online: true }],
    },
  ])
  const [pn] = pns
  expect(await admin.ask('GET', `/admin/pns/${inPath(pn?.pnId ?? '')}`)).toEqual({
    status: 200,
    json: pn,
  })
  for (const id of [GATEWAY_ID, WATCH_ID]) {
    const of = await admin.ask('GET', `/admin/pns?entityId=${inPath(id)}`)
    expect(of.json).toEqual({ pns: [pn] })
  }
  const nobody = await admin.ask('GET', '/admin/pns?entityId=urn%3Ax%3Aa')
  expect(nobody.json).toEqual({ pns: [] })
  expect((await admin.ask('GET', '/admin/pns?limit=1')).json).toEqual({ pns: [pn], next: pn?.pnId })
  expect((await admin.ask('GET', '/admin/pns/none')).status).toBe(404)
})
