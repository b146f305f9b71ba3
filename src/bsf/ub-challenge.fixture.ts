/** A challenge with the keys of the worked example. GBA facts 14 */
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { ksOf } from '../gba/ks-naf.ts'
import type { UbChallenge } from './ub-challenge.ts'

/** Given at the begin of 2026, after a resynchronisation, with a GUSS that says nothing. */
export const CHALLENGE: UbChallenge = {
  impi: WORKED.impi,
  rand: WORKED.rand,
  autn: WORKED.autnStar,
  xres: WORKED.resGbaU,
  ks: ksOf(WORKED),
  gbaType: 'GBA_U',
  lifetimeSeconds: 86_400,
  issuedAtMs: Date.UTC(2026, 0, 1),
  resynchronized: true,
  guss: '<guss/>',
}
