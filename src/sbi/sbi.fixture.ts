/** What the tests of the forms of Zn share. */
import { Secret } from '../crypto/secret.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import type { ZnAnswer, ZnRequest } from '../gba/zn.ts'
import { parseBtid } from '../identity/btid.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'

/** A request with everything in it. */
export const ZN_REQUEST: ZnRequest = {
  btid: parseBtid(WORKED.btid),
  nafId: { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS },
  gsids: [0, 4_294_967_295],
  gbaUAware: true,
}
/** An answer with everything in it. */
export const ZN_SUCCESS: Extract<ZnAnswer, { readonly outcome: 'success' }> = {
  outcome: 'success',
  impi: WORKED.impi,
  meKeyMaterial: Secret.of(new Uint8Array(32).fill(1)),
  uiccKeyMaterial: Secret.of(new Uint8Array(32).fill(2)),
  keyExpiresAtMs: Date.UTC(2026, 0, 2),
  bootstrappedAtMs: Date.UTC(2026, 0, 1),
  ussList:
    '<ussList><uss id="1" type="0"><uids><uid>a</uid></uids><flags><flag>1</flag></flags></uss></ussList>',
}
