/** Zn inside one process: a NAF that runs beside its BSF. The trace shows BIR and BIA. TS 29.109 5.2 */
import type { Zn, ZnAnswer, ZnRequest } from '../../gba/zn.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Trace } from '../../trace/trace.ts'
import { createTracedExchange, type TracedMessage } from './traced-exchange.ts'

/** Who asks, what is traced, and under which names. */
export interface InProcessZnOptions {
  /** Identity of the NAF, as in the BSF's allow-list. */
  readonly originHost: string
  readonly trace: Trace
  readonly clock: Clock
  /** Default `CPNS Server`. */
  readonly naf?: string
  /** Default `BSF`. */
  readonly bsf?: string
}

/** A BSF, as far as Zn goes. */
export interface ZnServer {
  /** @param naf.otherNames What the NAF has proven to be too: it gets what one of its names may have. */
  bootstrappingInfo(
    naf: { readonly originHost: string; readonly otherNames?: readonly string[] },
    request: ZnRequest,
  ): Promise<ZnAnswer>
}

/** The BSF as one NAF of the same process sees it. */
export function connectZn(bsf: ZnServer, options: InProcessZnOptions): Zn {
  const exchange = createTracedExchange({
    trace: options.trace,
    clock: options.clock,
    point: 'Zn',
    asker: options.naf ?? 'CPNS Server',
    answerer: options.bsf ?? 'BSF',
  })
  const naf = { originHost: options.originHost }
  return {
    requestBootstrappingInfo: (request) =>
      exchange(
        describeZnRequest(request),
        () => bsf.bootstrappingInfo(naf, request),
        describeZnAnswer,
      ),
  }
}

/** A ZnRequest for the trace. */
export function describeZnRequest({ btid, nafId, gsids, gbaUAware }: ZnRequest): TracedMessage {
  return {
    message: 'Bootstrapping-Info-Request',
    fields: {
      'B-TID': btid,
      'NAF FQDN': nafId.nafFqdn,
      'Ua id': nafId.uaId,
      'GBA_U-Awareness': gbaUAware ? 'YES' : 'NO',
      ...(gsids.length === 0 ? {} : { GSIDs: gsids.join(' ') }),
    },
  }
}

/** A ZnAnswer for the trace: of keys only whether they are there. */
export function describeZnAnswer(answer: ZnAnswer): TracedMessage {
  const message = 'Bootstrapping-Info-Answer'
  const { outcome } = answer
  if (outcome !== 'success') return { message, fields: { outcome } }
  const { impi, uiccKeyMaterial, keyExpiresAtMs } = answer
  const fields = {
    outcome,
    ...(impi === undefined ? {} : { 'User-Name': impi }),
    'UICC-Key-Material': uiccKeyMaterial === undefined ? 'absent' : 'present',
    'Key-ExpiryTime': new Date(keyExpiresAtMs).toISOString(),
  }
  return { message, fields }
}
