/** A replayed AuthenticateResponse: the same octets get the same answer, altered ones 409. M-4 */
import { decodeMessage } from '../../cpns/messages.ts'
import { equalOctets, fromUtf8, utf8 } from '../../octets/octets.ts'
import type { LabWorld } from '../lab-world.ts'
import { postAs } from './post-as.ts'
import { expectThat } from './story.ts'

const EAVESDROPPER = 'eavesdropper'

/** Posts the PN GW's own last AuthenticateResponse again, and once more with one space added. */
export async function refuseReplay(world: LabWorld): Promise<void> {
  const sent = world.lastSent('AuthenticateResponse')
  const answered = world.lastReceived('ConnectResponse')
  expectThat(sent !== undefined && answered !== undefined, 'the PN GW has not authenticated yet')
  const again = await postAs(EAVESDROPPER, sent, world)
  expectThat(equalOctets(again, answered), 'the same octets got another answer')
  note(world, 'replays the same octets: the same answer comes, and no second session')

  const message = decodeMessage(await postAs(EAVESDROPPER, withOneSpace(sent), world))
  expectThat(
    message.name === 'ConnectResponse' && message.status === 409,
    'altered octets with the same State were not answered with 409',
  )
  note(world, 'replays it with one space added, HASH and State kept: refused with 409')
}

/** The same message in other octets: HASH and State stay as they are. */
function withOneSpace(message: Uint8Array): Uint8Array {
  return utf8(fromUtf8(message).replace(' TransactionID', '  TransactionID'))
}

function note({ clock, trace }: LabWorld, text: string): void {
  trace({ kind: 'note', atMs: clock.nowMs(), entity: EAVESDROPPER, text })
}
