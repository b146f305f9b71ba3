/** The process that has the PC/SC bindings: answers requests, one after the other. */
import { createPcscCard, type PcscCard, pcscReasonOf } from './pcsc-card.ts'
import type { PcscAnswer, PcscRequest } from './pcsc-requests.ts'
import type { SmartcardModule } from './smartcard-module.ts'

const NOTHING = new Uint8Array(0)

/** @param load Loads the bindings, or throws. @returns Serves one request; never rejects. */
export function servePcscRequests(
  load: () => SmartcardModule,
): (request: PcscRequest) => Promise<PcscAnswer> {
  let card: PcscCard | undefined
  let last: Promise<unknown> = Promise.resolve()

  const serve = async (request: PcscRequest): Promise<PcscAnswer> => {
    try {
      card ??= createPcscCard(load())
    } catch {
      return { kind: 'missing' }
    }
    try {
      return { kind: 'done', octets: await perform(card, request) }
    } catch (error) {
      return { kind: 'failed', reason: pcscReasonOf(error) }
    }
  }

  return (request) => {
    const answer = last.then(() => serve(request))
    last = answer
    return answer
  }
}

async function perform(card: PcscCard, request: PcscRequest): Promise<Uint8Array> {
  switch (request.kind) {
    case 'load':
      break
    case 'reset':
      return card.reset(request.reader)
    case 'transmit':
      return card.transmit(request.command)
    case 'release':
      card.release()
  }
  return NOTHING
}
