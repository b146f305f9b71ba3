/** A PNE of the ledger: sends, and writes down what its handler gets. */
import { appendFileSync } from 'node:fs'
import { openPne } from 'cpns/adapters'
import { startSender } from './ledger-sender.mjs'

const { name, dataFolder, sent, got, recipients } = JSON.parse(process.argv[2])

appendFileSync(got, 'start\n')
const pne = await openPne(dataFolder, {
  onMessage: ({ messageId }) => appendFileSync(got, `got ${messageId}\n`),
})
pne.start().catch((error) => {
  process.stderr.write(`${name}: ${error}\n`)
  process.exit(1)
})
const payload = new Uint8Array(256)
startSender({
  name,
  file: sent,
  recipients,
  everyMs: 40,
  inFlight: 16,
  send: ({ messageId, to }) => pne.send({ to, messageId, payload, expires: 3600 }),
})
