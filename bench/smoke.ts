/**
 * A short run of the two costs that everything else is made of: an authentication vector, beside the
 * AES blocks in it; and a durable handshake, beside a bare durable commit. Not a claim about speed, but
 * a change that makes one of them ten times slower shows here.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openServerStore } from '../src/adapters/sqlite/server-store.ts'
import { createSystemRandom } from '../src/adapters/system/system-random.ts'
import { generateVector } from '../src/aka/generate-vector.ts'
import { createMilenage } from '../src/aka/milenage.ts'
import { createAesBlock } from '../src/crypto/aes-block.ts'
import { createRecordSealer } from '../src/crypto/record-sealer.ts'
import { Secret } from '../src/crypto/secret.ts'
import { measure, printFigures } from './measure.ts'

const MILLISECONDS = 1_000
const random = createSystemRandom()
const secret = (length: number): Secret => Secret.of(random.octets(length))

async function vectors(): Promise<void> {
  const aes = createAesBlock(secret(16))
  const blocks = random.octets(96)
  const functions = createMilenage({ k: secret(16), opc: secret(16) })
  const amf = new Uint8Array(2)
  let sqn = 0n
  printFigures('Milenage, one core', [
    {
      name: 'six AES blocks in one call',
      perSecond: await measure(MILLISECONDS, () => aes.encrypt(blocks)),
      note: 'what a vector needs at least',
    },
    {
      name: 'authentication vector',
      perSecond: await measure(MILLISECONDS, () =>
        generateVector(functions, { rand: random.octets(16), sqn: ++sqn, amf }),
      ),
      note: 'cipher kept, fresh RAND',
    },
  ])
}

async function commits(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cpns-bench-'))
  const store = openServerStore(
    join(folder, 'server.db'),
    createRecordSealer({ current: secret(32) }, random),
  )
  let n = 0
  const accept = () =>
    store.acceptMessage(
      {
        messageId: `m${n++}`,
        from: 'urn:a:b',
        to: 'urn:c:d',
        contentType: 'text/plain',
        payload: random.octets(256),
        expiresAtMs: Date.now() + 60_000,
      },
      Date.now(),
    )
  try {
    printFigures('Mailbox on SQLite (WAL, synchronous=FULL), 256-octet messages', [
      {
        name: 'accepted one by one',
        perSecond: await measure(MILLISECONDS, accept),
        note: 'a commit each',
      },
      {
        name: 'accepted 32 at a time',
        perSecond:
          32 * (await measure(MILLISECONDS, () => Promise.all(Array.from({ length: 32 }, accept)))),
        note: 'group commit, answered after it',
      },
    ])
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
}

await vectors()
await commits()
