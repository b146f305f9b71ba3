/** Zh inside one process: a BSF that runs beside its HSS. The trace shows MAR and MAA. TS 29.109 4.2 */
import type { Zh, ZhAnswer, ZhRequest } from '../../gba/zh.ts'
import { toHex } from '../../octets/octets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Trace } from '../../trace/trace.ts'
import { createTracedExchange, type TracedMessage } from './traced-exchange.ts'

/** What is traced, and under which names. */
export interface InProcessZhOptions {
  readonly trace: Trace
  readonly clock: Clock
  /** Default `BSF`. */
  readonly bsf?: string
  /** Default `HSS`. */
  readonly hss?: string
}

/** The HSS as a BSF of the same process sees it. */
export function connectZh(hss: Zh, options: InProcessZhOptions): Zh {
  const exchange = createTracedExchange({
    trace: options.trace,
    clock: options.clock,
    point: 'Zh',
    asker: options.bsf ?? 'BSF',
    answerer: options.hss ?? 'HSS',
  })
  return {
    requestVector: (request) =>
      exchange(describeZhRequest(request), () => hss.requestVector(request), describeZhAnswer),
  }
}

/** A ZhRequest for the trace. */
export function describeZhRequest({ impi, resynchronization }: ZhRequest): TracedMessage {
  const auts = resynchronization && {
    RAND: toHex(resynchronization.rand),
    AUTS: toHex(resynchronization.auts),
  }
  return { message: 'Multimedia-Auth-Request', fields: { 'User-Name': impi, ...auts } }
}

/** A ZhAnswer for the trace. RAND and AUTN go over the air in clear; XRES, CK and IK are never shown. */
export function describeZhAnswer(answer: ZhAnswer): TracedMessage {
  const message = 'Multimedia-Auth-Answer'
  const { outcome } = answer
  if (outcome !== 'success') return { message, fields: { outcome } }
  const { impi, vector, guss } = answer
  const fields = {
    outcome,
    'User-Name': impi,
    RAND: toHex(vector.rand),
    AUTN: toHex(vector.autn),
    'GBA-UserSecSettings': guss === undefined ? 'absent' : 'present',
  }
  return { message, fields }
}
