import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startTestLab } from './lab.fixture.ts'
import * as files from './lab-files.ts'

test('a data folder holds these files, the master key and the certificates, and nothing else', async () => {
  const lab = await startTestLab()
  const card = await lab.world.openClonedCard()
  await card.close()
  await lab.lab.stop()
  const known = [
    files.HSS_DATABASE,
    files.BSF_DATABASE,
    files.SERVER_DATABASE,
    files.GATEWAY_DATABASE,
    files.pneDatabase('watch'),
    files.pneDatabase('car'),
    files.SERVER_PIN,
    files.CARD_PROFILE,
    files.OTHER_CARD_PROFILE,
    files.CLONED_CARD_PROFILE,
    'master.key',
    'server-tls',
    'gateway-tls',
    'home-tls',
  ]
  const inside = readdirSync(lab.folder).filter((name) => name !== files.LOG_FILE)
  expect(inside.filter((name) => !name.endsWith('.state')).sort()).toEqual([...known].sort())
  await lab.end()
})
