/**
 * What goes on for the PNEs of a PN GW beside its next record: so much of it, then the record waits. A PN GW that
 * sends and reads nothing would fill the memory with answers otherwise. Design 7, 8
 */
import type { Attachment } from './attachment-registry.ts'

/** What may be under way for all PNEs of one PN GW at once. */
const GATEWAY_LIMIT = 1024

interface Load {
  count: number
  /** Called when something has ended. */
  resume?: () => void
}

/** Of all PN GWs, by their attachments. */
export class GatewayLoads {
  readonly #loads = new WeakMap<Attachment, Load>()

  /**
   * @param work What goes on. Never rejects.
   * @returns Resolves when the PN GW's next record can be taken, `undefined` if now; there is one at a time that
   *   waits.
   */
  beside(gateway: Attachment, work: Promise<void>): Promise<void> | undefined {
    const load = this.#loads.get(gateway) ?? { count: 0 }
    this.#loads.set(gateway, load)
    load.count += 1
    void work.then(() => {
      load.count -= 1
      load.resume?.()
    })
    if (load.count < GATEWAY_LIMIT) return undefined
    return new Promise((resume) => {
      load.resume = resume
    })
  }
}
