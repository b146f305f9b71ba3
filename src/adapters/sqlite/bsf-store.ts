/** Bootstrapping sessions, used challenges and sealing keys of the BSF on SQLite. Design 9 */
import type { BootstrappingSession, BsfStore, UsedChallenge } from '../../bsf/bsf-store.ts'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import { type Btid, splitBtid } from '../../identity/btid.ts'
import type { Impi } from '../../identity/impi.ts'
import { equalOctets } from '../../octets/octets.ts'
import type { StoreSchema } from './migrate.ts'
import { openColumn, sealColumn } from './sealed-column.ts'
import { createSealingKeyRows, SEALING_KEYS_SQL } from './sealing-key-rows.ts'
import { connectStore } from './store-connection.ts'

/** Its tables. */
export const BSF_SCHEMA: StoreSchema = {
  name: 'BSF',
  applicationId: 0x43504e42,
  migrations: [
    {
      brings: 'bootstrapping sessions, challenges, sealing keys',
      sql: `CREATE TABLE bootstraps (
       btid TEXT PRIMARY KEY,
       impi TEXT NOT NULL,
       rand BLOB NOT NULL UNIQUE,
       ks BLOB NOT NULL,
       gba_type TEXT NOT NULL,
       created_at_ms INTEGER NOT NULL,
       expires_at_ms INTEGER NOT NULL,
       guss TEXT
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX bootstraps_by_expiry ON bootstraps (expires_at_ms);
     CREATE TABLE challenges (
       rand BLOB PRIMARY KEY,
       forget_after_ms INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX challenges_by_expiry ON challenges (forget_after_ms);
     ${SEALING_KEYS_SQL}`,
    },
    {
      brings: 'TMPIs',
      sql: `CREATE TABLE tmpis (
       impi TEXT PRIMARY KEY,
       tmpi TEXT NOT NULL UNIQUE
     ) STRICT, WITHOUT ROWID;`,
    },
    // RAND is random, so each index over it costs a page of the log a row: there is one, it finds B-TIDs
    // too, and the rows themselves are in the order in which they came.
    {
      brings: 'one index for RAND and B-TID',
      sql: `DROP INDEX bootstraps_by_expiry;
     ALTER TABLE bootstraps RENAME TO former_bootstraps;
     CREATE TABLE bootstraps (
       btid TEXT NOT NULL,
       impi TEXT NOT NULL,
       rand BLOB NOT NULL UNIQUE,
       ks BLOB NOT NULL,
       gba_type TEXT NOT NULL,
       created_at_ms INTEGER NOT NULL,
       expires_at_ms INTEGER NOT NULL,
       guss TEXT,
       challenge_until_ms INTEGER NOT NULL DEFAULT 0
     ) STRICT;
     INSERT INTO bootstraps
       SELECT btid, impi, rand, ks, gba_type, created_at_ms, expires_at_ms, guss, 0
       FROM former_bootstraps;
     DROP TABLE former_bootstraps;
     CREATE INDEX bootstraps_by_expiry ON bootstraps (expires_at_ms);`,
    },
  ],
}

interface BootstrapRow {
  readonly btid: string
  readonly impi: string
  readonly rand: Uint8Array
  readonly ks: Uint8Array
  readonly gba_type: string
  readonly created_at_ms: number
  readonly expires_at_ms: number
  readonly guss: string | null
  /** Until when the row also says that the challenge of its RAND was answered. UTC milliseconds. */
  readonly challenge_until_ms: number
}

/**
 * @param file Path of the database, or `:memory:`.
 * @param sealer Seals Ks and the sealing keys.
 * @throws {ConfigurationInvalid} If the file cannot be used.
 */
export function openBsfStore(file: string, sealer: RecordSealer): BsfStore {
  const { db, commits, store } = connectStore(file, BSF_SCHEMA)
  // Values in their order: to find each by its name costs as much as to insert it.
  const insertSession = db.prepare<[...BootstrapValues, Uint8Array]>(
    `INSERT INTO bootstraps (btid, impi, rand, ks, gba_type, created_at_ms, expires_at_ms, guss,
       challenge_until_ms)
     SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM challenges WHERE rand = ?)
     ON CONFLICT DO NOTHING`,
  )
  const selectSession = db.prepare<[Uint8Array, Btid, number], BootstrapRow>(
    'SELECT * FROM bootstraps WHERE rand = ? AND btid = ? AND expires_at_ms > ?',
  )
  const findChallenge = db.prepare<UsedChallenge>(
    `SELECT 1 FROM challenges WHERE rand = @rand UNION ALL
     SELECT 1 FROM bootstraps WHERE rand = @rand AND challenge_until_ms >= @forgetAfterMs`,
  )
  const insertChallenge = db.prepare<[Uint8Array, number]>(
    'INSERT INTO challenges (rand, forget_after_ms) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const replaceTmpi = db.prepare<[Impi, string]>(
    'INSERT INTO tmpis (impi, tmpi) VALUES (?, ?) ON CONFLICT (impi) DO UPDATE SET tmpi = excluded.tmpi',
  )
  const selectImpi = db.prepare<[string], Impi>('SELECT impi FROM tmpis WHERE tmpi = ?').pluck()
  const removals = [
    db.prepare<[number]>('DELETE FROM bootstraps WHERE expires_at_ms <= ?'),
    db.prepare<[number]>('DELETE FROM challenges WHERE forget_after_ms <= ?'),
  ]

  const isUsed = (challenge: UsedChallenge): boolean => findChallenge.get(challenge) !== undefined
  const markUsed = ({ rand, forgetAfterMs }: UsedChallenge): void =>
    void insertChallenge.run(rand, forgetAfterMs)

  return {
    ...store,
    ...createSealingKeyRows(db, commits, sealer),
    completeBootstrapping: (session, challenge, tmpi) =>
      commits.run(() => {
        const untilMs = saysUsed(session, challenge) ? challenge.forgetAfterMs : 0
        // Where the row says it too, what the insertion meets is enough to know.
        if (untilMs === 0 && isUsed(challenge)) return 'challenge-used'
        const values = valuesOf(session, sealer, untilMs)
        if (insertSession.run(...values, challenge.rand).changes === 0) {
          return isUsed(challenge) ? 'challenge-used' : 'duplicate-btid'
        }
        if (untilMs === 0) markUsed(challenge)
        if (tmpi !== undefined) replaceTmpi.run(session.impi, tmpi)
        return 'completed'
      }),
    useChallenge: (challenge) =>
      commits.run(() => {
        if (isUsed(challenge)) return false
        markUsed(challenge)
        return true
      }),
    findBootstrappingSession: (btid, nowMs) =>
      commits.read(() => {
        const row = selectSession.get(splitBtid(btid).rand, btid, nowMs)
        return row && sessionOf(row, sealer)
      }),
    findImpiOfTmpi: (tmpi) => commits.read(() => selectImpi.get(tmpi)),
    removeExpired: (nowMs) =>
      commits.run(() => removals.reduce((gone, removal) => gone + removal.run(nowMs).changes, 0)),
  }
}

/** Whether a session is there for as long as its challenge must be known: it needs no row of its own then. */
function saysUsed(session: BootstrappingSession, { rand, forgetAfterMs }: UsedChallenge): boolean {
  return session.expiresAtMs >= forgetAfterMs && equalOctets(session.rand, rand)
}

type BootstrapValues = [
  btid: string,
  impi: string,
  rand: Uint8Array,
  ks: Uint8Array,
  gbaType: string,
  createdAtMs: number,
  expiresAtMs: number,
  guss: string | null,
  challengeUntilMs: number,
]

function valuesOf(
  { btid, impi, rand, ks, gbaType, createdAtMs, expiresAtMs, guss }: BootstrappingSession,
  sealer: RecordSealer,
  challengeUntilMs: number,
): BootstrapValues {
  const sealed = sealColumn(sealer, identityOf(btid), ks)
  return [
    btid,
    impi,
    rand,
    sealed,
    gbaType,
    createdAtMs,
    expiresAtMs,
    guss ?? null,
    challengeUntilMs,
  ]
}

function sessionOf(row: BootstrapRow, sealer: RecordSealer): BootstrappingSession {
  return {
    btid: row.btid as Btid,
    impi: row.impi as Impi,
    rand: new Uint8Array(row.rand),
    ks: openColumn(sealer, identityOf(row.btid), row.ks),
    gbaType: row.gba_type as BootstrappingSession['gbaType'],
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    ...(row.guss !== null && { guss: row.guss }),
  }
}

function identityOf(btid: string) {
  return { table: 'bootstraps', primaryKey: [btid], column: 'ks' }
}
