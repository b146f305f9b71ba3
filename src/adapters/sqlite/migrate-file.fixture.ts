/**
 * A process of its own that brings a file forward through many rows: prints `begins`, then the form that
 * it was in. Arguments: database file, the schema as JSON, for how many milliseconds it then stays open.
 */
import { migrateFile, type StoreSchema } from './migrate.ts'
import { openDatabase } from './open-database.ts'

const [file = '', schema = '', openMs = '0'] = process.argv.slice(2)
const wanted = JSON.parse(schema) as StoreSchema
process.stdout.write('begins\n')
process.stdout.write(`${migrateFile(file, wanted)}\n`)
const db = openDatabase(file, wanted)
setTimeout(() => db.close(), Number(openMs))
