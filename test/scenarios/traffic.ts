/** Numbered messages in both directions, and what arrived of them. */
import { fromUtf8, utf8 } from '../../src/octets/octets.ts'
import type { Pne } from '../../src/pne/create-pne.ts'
import type { IncomingMessage } from '../../src/pne/inbox.ts'
import type { CpnsWorld } from '../support/cpns-world.ts'

/** Address of the application that collects. */
export const COLLECTOR = 'urn:cpns:service:collector'

/** An application that keeps the texts it gets. */
export function collect(world: CpnsWorld): string[] {
  const texts: string[] = []
  world.server.registerService('collector', async ({ payload }) => {
    texts.push(fromUtf8(payload))
  })
  return texts
}

/** Sends `prefix1` to `prefix<count>` to the application. @returns Their statuses, when all are there. */
export function sendUp(pne: Pne, prefix: string, count: number): Promise<number[]> {
  return Promise.all(
    numbered(prefix, count).map((text) =>
      pne.send({ to: COLLECTOR, payload: utf8(text), contentType: 'text/plain' }),
    ),
  )
}

/** Whether a sender may forget its message: the recipient has it (200), or it is durable here (202). */
export function isTaken(status: number): boolean {
  return status === 200 || status === 202
}

/** Submits `prefix1` to `prefix<count>` of the application to an entity. */
export async function sendDown(
  world: CpnsWorld,
  to: string,
  prefix: string,
  count = 1,
): Promise<void> {
  for (const text of numbered(prefix, count)) {
    const submission = { messageId: text, from: COLLECTOR, to, contentType: 'text/plain' }
    const status = await world.server.submit({ ...submission, payload: utf8(text), expires: 3600 })
    if (status !== 202) throw new Error(`the server answered ${status} to ${text}`)
  }
}

/** `prefix1` to `prefix<count>`. */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)
}

/** Texts of messages. */
export function textsOf(messages: readonly IncomingMessage[]): string[] {
  return messages.map(({ payload }) => fromUtf8(payload))
}
