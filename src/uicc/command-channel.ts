/** MANAGE CHANNEL. TS 102 221 11.1.17 */
import { SW } from '../apdu/status-words.ts'
import { type CardChannel, CHANNELS, type Outcome, refuse, type Turn } from './card.ts'

const OPEN = 0x00
const CLOSE = 0x80

/** P1: open (P2 00, the card picks the number) or close (P2 1 to 3; the basic channel stays). TS 102 221 11.1.17.2 */
export function isChannelParameters(p1: number, p2: number): boolean {
  return (p1 === OPEN && p2 === 0) || (p1 === CLOSE && p2 >= 1 && p2 < CHANNELS)
}

/** Opens the lowest free channel, or closes one. */
export function manageChannel(turn: Turn): Outcome {
  return turn.command.p1 === OPEN ? open(turn) : close(turn)
}

/** From the basic channel the MF is selected, from another one its own directory. TS 102 221 8.7 */
function open(turn: Turn): Outcome {
  const { channels } = turn.state.session
  const free = channels.indexOf(undefined)
  if (free < 0) return refuse(turn, SW.functionNotSupported)
  const { directory, application } = turn.selected
  const inherited =
    turn.channel === 0
      ? { directory: turn.card.files.mf }
      : { directory, ...(application === undefined ? {} : { application }) }
  return {
    ...withChannel(turn, free, inherited),
    sw: SW.ok,
    data: Uint8Array.of(free),
  }
}

function close(turn: Turn): Outcome {
  const { p2 } = turn.command
  if (turn.state.session.channels[p2] === undefined) return refuse(turn, SW.channelNotSupported)
  return { ...withChannel(turn, p2, undefined), sw: SW.ok }
}

function withChannel(
  { state }: Turn,
  number: number,
  channel: CardChannel | undefined,
): Pick<Outcome, 'state'> {
  const channels = state.session.channels.with(number, channel)
  return { state: { ...state, session: { ...state.session, channels } } }
}
