/** The worked example of `test/vectors/gba-u.json`, typed; octets are hex. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One subscriber, one challenge, and what follows. */
export interface GbaVectors {
  readonly subscriber: { readonly k: string; readonly opc: string; readonly impi: string }
  readonly challenge: Readonly<
    Record<'rand' | 'sqn' | 'amf' | 'res' | 'ck' | 'ik' | 'ak' | 'mac' | 'autn', string>
  >
  readonly gba_u: Readonly<
    Record<'sha1_ik' | 'mac_star' | 'autn_star' | 'res_flipped' | 'nonce', string>
  >
  readonly names: Readonly<Record<'naf_fqdn' | 'bsf' | 'btid' | 'tmpi', string>>
  readonly naf_keys: readonly {
    readonly ua_id: string
    readonly ks_ext_naf: string
    readonly ks_int_naf?: string
  }[]
  readonly ub_digest: Readonly<
    Record<'method' | 'uri' | 'qop' | 'nc' | 'cnonce' | 'algorithm' | 'ha1' | 'response', string>
  >
  readonly resynchronization: Readonly<
    Record<'sqn_ms' | 'auts' | 'auts_base64' | 'response_with_empty_password', string>
  >
}

const file = join(import.meta.dirname, '../vectors/gba-u.json')

export const GBA_VECTORS = JSON.parse(readFileSync(file, 'utf8')) as GbaVectors
