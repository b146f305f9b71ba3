/** The application of the ledger: sends, and writes down what its handler gets. */
import { appendFileSync } from 'node:fs'
import { AppRefused, connectApp } from 'cpns/adapters'
import { startSender } from './ledger-sender.mjs'

const { name, url, apiKey, pin, seenFile, sent, got, recipients } = JSON.parse(process.argv[2])
const RETRY_MS = 100

appendFileSync(got, 'start\n')
const app = connectApp({ url, apiKey, seenFile, trust: { kind: 'pin', sha256: pin } })
app
  .listen(({ messageId }) => appendFileSync(got, `got ${messageId}\n`))
  .catch((error) => {
    process.stderr.write(`${name}: ${error}\n`)
    process.exit(1)
  })

async function send({ messageId, to }) {
  const payload = new Uint8Array(256)
  for (;;) {
    try {
      await app.send({ to, messageId, payload, expires: 3600 })
      return 202
    } catch (error) {
      if (error instanceof AppRefused && error.status < 500) return error.status
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

startSender({ name, file: sent, recipients, everyMs: 40, inFlight: 1, send })
