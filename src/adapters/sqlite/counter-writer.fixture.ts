/**
 * A process of its own that writes the numbers 0, 1, 2, … through a group commit and prints each one
 * after its promise resolved. Arguments: database file, name of this writer, how many numbers.
 */
import Database from 'better-sqlite3'
import { createGroupCommit } from './group-commit.ts'

const [file = '', writer = '', count = ''] = process.argv.slice(2)
const db = new Database(file, { timeout: 10_000 })
db.pragma('synchronous = FULL')
const insert = db.prepare('INSERT INTO numbers VALUES (?, ?, randomblob(500))')
const commits = createGroupCommit(db)

async function write(n: number): Promise<void> {
  await commits.run(() => insert.run(writer, n))
  process.stdout.write(`${n}\n`)
}

const GROUP = 8
for (let n = 0; n < Number(count); n += GROUP) {
  await Promise.all(Array.from({ length: GROUP }, (_, index) => write(n + index)))
}
await commits.close()
