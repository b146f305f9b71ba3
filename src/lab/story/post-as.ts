/** `POST /cpns` by somebody who is no entity of the lab: his messages are traced under the name he deserves. */
import { messageEvent } from '../../cpns/message-trace.ts'
import { decodeMessage } from '../../cpns/messages.ts'
import { ENTITIES, nameOf } from '../lab-names.ts'
import type { LabWorld } from '../lab-world.ts'
import { inTime } from './story.ts'

/** Sends octets as they are. @returns The octets of the answer. @throws {StoryFailed} If none comes. */
export async function postAs(
  sender: string,
  octets: Uint8Array,
  { clock, post, trace }: LabWorld,
): Promise<Uint8Array> {
  const to = nameOf(ENTITIES.server)
  const seen = { point: 'CPNS-2', side: 'sent', from: sender, to, atMs: clock.nowMs() } as const
  trace(messageEvent(decodeMessage(octets), seen, octets))
  const { body } = await inTime(post.post(octets), 'the server did not answer')
  return body
}
