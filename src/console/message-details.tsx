/** One message opened: who to whom, its decoded fields, its octets. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ConsoleEvent, ConsoleOctets } from '../adapters/console/console-protocol.ts'
import { hexDump, LINE_OCTETS } from './hex-dump.ts'
import { fetchOctets } from './live-stream.ts'
import type { PageState } from './page-state.ts'
import { clockText, dateText } from './time-text.ts'
import { isNarrow, useSize } from './use-size.ts'

/** Of the selected event. */
export function MessageDetails({ page }: { page: PageState }) {
  const event = page.selected.value
  return (
    <>
      <div class="details-head">
        <h2 id="details-title" tabIndex={-1} title={event && titleOf(event)}>
          {event === undefined ? 'Message' : titleOf(event)}
        </h2>
        {event !== undefined && (
          <button type="button" class="back quiet" onClick={backToMessages}>
            Back to messages
          </button>
        )}
      </div>
      {event === undefined ? (
        <p class="nothing">Choose a message in the ladder to open it.</p>
      ) : (
        <Opened event={event} page={page} />
      )}
    </>
  )
}

function Opened({ event, page }: { event: ConsoleEvent; page: PageState }) {
  const { item } = event
  if (item.kind === 'note') {
    return (
      <>
        <p class="when">{dateText(item.atMs)}</p>
        <p>
          {item.entity} {item.text}
        </p>
      </>
    )
  }
  const { transactionId } = item
  return (
    <>
      <p class="when">
        <span class={`point point-${item.point}`}>{item.point}</span> {item.from} → {item.to},{' '}
        {clockText(item.atMs)}
      </p>
      <button type="button" onClick={() => showExchange(event, page)}>
        Show this exchange only
      </button>
      <table class="fields">
        <caption>Fields</caption>
        <tbody>
          {Object.entries(item.fields).map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
          {transactionId !== undefined && (
            <tr>
              <th scope="row">TransactionID</th>
              <td>{transactionId}</td>
            </tr>
          )}
        </tbody>
      </table>
      <Octets seq={event.seq} />
    </>
  )
}

function showExchange({ seq }: ConsoleEvent, page: PageState): void {
  page.setFilter({ exchange: seq })
  if (isNarrow()) backToMessages()
}

/** `none`: the server has let them go, or cannot be asked. */
type Asked = ConsoleOctets | 'asked' | 'none'

/** Asked for when the message is opened: ten thousand messages need not carry them. */
function Octets({ seq }: { seq: number }) {
  const [octets, setOctets] = useState<Asked>('asked')
  useEffect(() => {
    let isWanted = true
    setOctets('asked')
    void fetchOctets(seq).then((got) => isWanted && setOctets(got ?? 'none'))
    return () => {
      isWanted = false
    }
  }, [seq])
  if (octets === 'asked') return null
  if (octets !== 'none') return <OctetsView octets={octets} />
  return <p class="nothing">The server holds no octets of this one.</p>
}

/** Octets that are shown; a larger message would make the page slow. */
const MOST_OCTETS = 16_384
/** Pixels of the page that a full line needs. */
const FULL_LINE_WIDTH = 525
const HALF_LINE_OCTETS = LINE_OCTETS / 2
const GUESS = { width: 0, height: 0 }

/** What came over the wire, as it was before any encryption. */
export function OctetsView({ octets: { protocol, hex } }: { octets: ConsoleOctets }) {
  const box = useRef<HTMLDivElement>(null)
  const { width } = useSize(box, GUESS)
  const length = hex.length / 2
  const lines = hexDump(
    hex.slice(0, 2 * MOST_OCTETS),
    width >= FULL_LINE_WIDTH ? LINE_OCTETS : HALF_LINE_OCTETS,
  )
  return (
    <div ref={box}>
      <h3>
        Octets{' '}
        <small>
          {length}, {protocol}; secrets are replaced
          {length > MOST_OCTETS && `; the first ${MOST_OCTETS} of them`}
        </small>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre class="octets" tabIndex={0}>
        {lines.join('\n')}
      </pre>
    </div>
  )
}

/** To the list, and to the row that was chosen in it. */
export function backToMessages(): void {
  document.querySelector<HTMLElement>('.rows')?.focus()
}

function titleOf({ item }: ConsoleEvent): string {
  return item.kind === 'note' ? `${item.entity}: a note` : item.message
}
