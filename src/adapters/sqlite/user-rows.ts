/** Rows of CPNS Users, and the secret that made-up salts come from. K-5, M-5 */
import type Database from 'better-sqlite3'
import { DEFAULT_COST, SALT_LENGTH } from '../../cpns/password-keys.ts'
import type { User, UserInfo } from '../../cpns-server/user-store.ts'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { Secret } from '../../crypto/secret.ts'
import type { UserId } from '../../identity/user-id.ts'
import type { ListPart } from '../../ports/store.ts'
import { openColumn, sealColumn } from './sealed-column.ts'

/** Synchronous operations, to be run inside a commit. */
export interface UserRows {
  /** @returns Whether there was no user of that name. */
  add(user: User): boolean
  /** @returns Whether there is such a user. */
  change(user: Omit<User, 'createdAtMs'>): boolean
  /** @returns Whether there was one. */
  remove(userId: UserId): boolean
  list(part?: ListPart<string>): UserInfo[]
  /**
   * Reads and opens a whole row whether or not there is such a user, so that both take the same time: the row
   * of nobody, once `madeUpSaltSecret` put it there. M-5
   */
  find(userId: UserId): User | undefined
  /** When the password was changed; `undefined` if there is no such user. Nothing is opened. */
  changedAtMs(userId: string): number | undefined
  madeUpSaltSecret(candidate: Secret): Secret
}

/** Their tables. */
export const USERS_SQL = `
  CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    salt BLOB NOT NULL,
    n INTEGER NOT NULL,
    r INTEGER NOT NULL,
    p INTEGER NOT NULL,
    auth_key BLOB NOT NULL,
    wrap_base BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    changed_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE server_secrets (
    name TEXT PRIMARY KEY,
    secret BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;`

interface Row {
  readonly user_id: string
  readonly salt: Uint8Array
  readonly n: number
  readonly r: number
  readonly p: number
  readonly auth_key: Uint8Array
  readonly wrap_base: Uint8Array
  readonly created_at_ms: number
  readonly changed_at_ms: number
}

const SALT_SECRET = 'made-up salts'
/** No UserID is empty, and lists begin behind it. */
const NOBODY = ''
const NOBODY_KDF = { kdf: 'scrypt', salt: new Uint8Array(SALT_LENGTH), ...DEFAULT_COST } as const

/** @param sealer Seals authKey, wrapBase and the secret. */
export function createUserRows(db: Database.Database, sealer: RecordSealer): UserRows {
  const selectOrNobody = db.prepare<[string, string], Row>(
    `SELECT * FROM users
     WHERE user_id = CASE WHEN EXISTS (SELECT 1 FROM users WHERE user_id = ?) THEN ? ELSE '${NOBODY}' END`,
  )
  const selectChanged = db.prepare<[string], Pick<Row, 'changed_at_ms'>>(
    'SELECT changed_at_ms FROM users WHERE user_id = ?',
  )
  const selectPart = db.prepare<[string, number], Row>(
    'SELECT * FROM users WHERE user_id > ? ORDER BY user_id LIMIT ?',
  )
  const insert = db.prepare<Row>(
    `INSERT INTO users VALUES (@user_id, @salt, @n, @r, @p, @auth_key, @wrap_base, @created_at_ms,
       @changed_at_ms) ON CONFLICT DO NOTHING`,
  )
  const update = db.prepare<Omit<Row, 'created_at_ms'>>(
    `UPDATE users SET salt = @salt, n = @n, r = @r, p = @p, auth_key = @auth_key,
       wrap_base = @wrap_base, changed_at_ms = @changed_at_ms WHERE user_id = @user_id`,
  )
  const remove = db.prepare<[string]>('DELETE FROM users WHERE user_id = ?')
  const selectSecret = db.prepare<[string], { readonly secret: Uint8Array }>(
    'SELECT secret FROM server_secrets WHERE name = ?',
  )
  const insertSecret = db.prepare<[string, Uint8Array]>(
    'INSERT INTO server_secrets VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const openSecret = (): Secret | undefined => {
    const row = selectSecret.get(SALT_SECRET)
    return row && openColumn(sealer, SECRET_IDENTITY, row.secret)
  }

  const add = (user: User): boolean =>
    insert.run({ ...rowOf(user, sealer), created_at_ms: user.createdAtMs }).changes === 1

  return {
    add,
    change: (user) => update.run(rowOf(user, sealer)).changes === 1,
    remove: (userId) => remove.run(userId).changes === 1,
    list: ({ after = '', limit = -1 } = {}) => selectPart.all(after, limit).map(infoOf),
    find(userId) {
      const row = selectOrNobody.get(userId, userId)
      const user = row && userOf(row, sealer)
      return user?.userId === userId ? user : undefined
    },
    changedAtMs: (userId) => selectChanged.get(userId)?.changed_at_ms,
    madeUpSaltSecret(candidate) {
      add(nobodyOf(candidate))
      insertSecret.run(SALT_SECRET, sealColumn(sealer, SECRET_IDENTITY, candidate))
      return openSecret() ?? candidate
    },
  }
}

const SECRET_IDENTITY = { table: 'server_secrets', primaryKey: [SALT_SECRET], column: 'secret' }

/** Its keys verify nothing, as nobody is found under its name. */
function nobodyOf(secret: Secret): User {
  const keys = { authKey: secret, wrapBase: secret }
  return { userId: NOBODY as UserId, kdf: NOBODY_KDF, keys, createdAtMs: 0, changedAtMs: 0 }
}

function identityOf(userId: string, column: 'auth_key' | 'wrap_base') {
  return { table: 'users', primaryKey: [userId], column }
}

function rowOf(user: Omit<User, 'createdAtMs'>, sealer: RecordSealer): Omit<Row, 'created_at_ms'> {
  const { userId, kdf, keys, changedAtMs } = user
  return {
    user_id: userId,
    salt: kdf.salt,
    n: kdf.n,
    r: kdf.r,
    p: kdf.p,
    auth_key: sealColumn(sealer, identityOf(userId, 'auth_key'), keys.authKey),
    wrap_base: sealColumn(sealer, identityOf(userId, 'wrap_base'), keys.wrapBase),
    changed_at_ms: changedAtMs,
  }
}

function userOf(row: Row, sealer: RecordSealer): User {
  const { user_id: userId, n, r, p } = row
  return {
    ...infoOf(row),
    kdf: { kdf: 'scrypt', salt: new Uint8Array(row.salt), n, r, p },
    keys: {
      authKey: openColumn(sealer, identityOf(userId, 'auth_key'), row.auth_key),
      wrapBase: openColumn(sealer, identityOf(userId, 'wrap_base'), row.wrap_base),
    },
  }
}

function infoOf(row: Row): UserInfo {
  return {
    userId: row.user_id as UserId,
    createdAtMs: row.created_at_ms,
    changedAtMs: row.changed_at_ms,
  }
}
