/** Reads server-sent events. HTML Living Standard 9.2.6, as far as the application API sends them */
import { InvalidMessage } from '../../errors/errors.ts'

/** One event. */
export interface ServerSentEvent {
  readonly event: string
  readonly data: string
}

/** Longer than any message: 64 KiB in base64, and as text, with its names. */
const MAX_EVENT_LENGTH = 600_000

/**
 * @param octets The body as it comes, in pieces of any size.
 * @throws {InvalidMessage} If an event does not end within 600,000 characters.
 */
export async function* eventsOf(
  octets: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of octets) {
    text += decoder.decode(piece, { stream: true })
    let end = text.indexOf('\n\n')
    while (end >= 0) {
      const event = parseEvent(text.slice(0, end))
      text = text.slice(end + 2)
      if (event !== undefined) yield event
      end = text.indexOf('\n\n')
    }
    if (text.length > MAX_EVENT_LENGTH) throw new InvalidMessage('over its limit', 'event')
  }
}

function parseEvent(block: string): ServerSentEvent | undefined {
  let event = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(event|data): ?(.*)$/.exec(line) ?? []
    if (name === 'event') event = value
    if (name === 'data') data.push(value)
  }
  return data.length === 0 ? undefined : { event, data: data.join('\n') }
}
