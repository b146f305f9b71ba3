/**
 * HSS and AuC: authentication vectors for the BSF. TS 33.220 4.4.5, TS 33.102 6.3, TS 29.109 4
 *
 * Requests of one IMPI are served one after the other; nothing is kept that the store does not know.
 */
import { verifyAuts } from '../aka/resynchronize.ts'
import { DEFAULT_SQN_GENERATOR, type SqnGeneratorOptions } from '../aka/sqn-generator.ts'
import { CpnsError } from '../errors/errors.ts'
import type { Zh, ZhAnswer, ZhRequest } from '../gba/zh.ts'
import type { Impi } from '../identity/impi.ts'
import type { Clock } from '../ports/clock.ts'
import { type Log, noLog, withFields } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import { createSteadyClock } from '../ports/steady-clock.ts'
import type { HssStore } from './hss-store.ts'
import { createKeyedQueue } from './keyed-queue.ts'
import { createSubscriberMemory, type RememberedSubscriber } from './subscriber-memory.ts'
import { createVectorIssuer } from './vector-issuer.ts'

/** How an HSS node works. */
export interface HssOptions {
  /** Name of this node, which owns its SQN leases. */
  readonly nodeName: string
  /** Default: SEQ counts vectors, IND 28 to 31 in turn. */
  readonly sqn?: SqnGeneratorOptions
  /** SEQ values of one lease; default 32. */
  readonly leaseSize?: number
  /** Subscribers kept in memory with their ciphers; default 10000. */
  readonly rememberedSubscribers?: number
}

/** What an HSS node is given. */
export interface HssPorts {
  readonly store: HssStore
  readonly clock: Clock
  readonly random: Random
  readonly log?: Log
}

const RAND_LENGTH = 16

/** One HSS node, as its BSF sees it. @see TS 29.109 4.2 */
export function createHss(options: HssOptions, ports: HssPorts): Zh {
  const { nodeName, sqn = DEFAULT_SQN_GENERATOR, leaseSize = 32 } = options
  const { store } = ports
  const log = withFields(ports.log ?? noLog, { point: 'Zh' })
  const queue = createKeyedQueue<Impi>()
  const memory = createSubscriberMemory(options.rememberedSubscribers ?? 10_000)
  const clock = createSteadyClock(ports.clock, ports.log ?? noLog)
  const issuer = createVectorIssuer({ nodeName, sqn, leaseSize }, { ...ports, clock, log })

  /** MAC-S is verified before anything is changed. TS 33.102 6.3.5 */
  const resynchronize = async (
    { impi, resynchronization }: ZhRequest,
    remembered: RememberedSubscriber,
  ): Promise<boolean> => {
    if (resynchronization === undefined) return true
    if (resynchronization.rand.length !== RAND_LENGTH) return false
    const verdict = verifyAuts(remembered.functions, resynchronization)
    if (verdict.valid) await issuer.resynchronize(impi, remembered, verdict.sqnMs)
    return verdict.valid
  }

  const serve = async (request: ZhRequest): Promise<ZhAnswer> => {
    const { impi } = request
    const subscriber = await store.findSubscriber(impi)
    if (subscriber === undefined) {
      memory.forget(impi)
      return { outcome: 'identity-unknown' }
    }
    const remembered = memory.recall(subscriber)
    if (!(await resynchronize(request, remembered))) {
      log.warn('auts-refused', { impi })
      return { outcome: 'resynchronization-refused' }
    }
    const vector = await issuer.issue(subscriber, remembered)
    if (vector === undefined) return { outcome: 'identity-unknown' }
    const guss = subscriber.guss
    return { outcome: 'success', impi, vector, ...(guss === undefined ? {} : { guss }) }
  }

  return {
    async requestVector(request) {
      try {
        return await queue.run(request.impi, () => serve(request))
      } catch (error) {
        log.error('vector-not-made', { impi: request.impi, reason: reasonOf(error) })
        return { outcome: 'unavailable' }
      }
    },
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof CpnsError) return `${error.code}: ${error.message}`
  return error instanceof Error ? error.message : 'unknown'
}
