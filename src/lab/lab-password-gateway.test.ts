import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestLab, type TestLab } from './lab.fixture.ts'
import { GATEWAY_DATABASE } from './lab-files.ts'
import { ENTITIES } from './lab-names.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
})
afterAll(() => lab.end())

test('without the user there is no EUKey; with it there is one, sealed in the folder', async () => {
  const { passwordGateway, serverStore, clock } = lab.world
  await expect(passwordGateway.login()).rejects.toMatchObject({ status: 401 })
  await passwordGateway.addUser()
  await passwordGateway.addUser()
  const { id } = await passwordGateway.login()
  const [candidate] = await serverStore.findCandidateEuKeys(ENTITIES.home, clock.nowMs())
  expect(candidate?.id).toBe(id)
  expect(existsSync(join(lab.folder, GATEWAY_DATABASE))).toBe(true)
  expect(passwordGateway.url).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/pne$/)
})
