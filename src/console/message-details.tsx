/** One message opened: who to whom, its decoded fields, its octets. */
import { useEffect, useState } from 'preact/hooks'
import type { ConsoleEvent, ConsoleOctets } from '../adapters/console/console-protocol.ts'
import { hexDump } from './hex-dump.ts'
import { fetchOctets } from './live-stream.ts'
import type { PageState } from './page-state.ts'
import { clockText, dateText } from './time-text.ts'

/** Of the selected event. */
export function MessageDetails({ page }: { page: PageState }) {
  const event = page.selected.value
  return (
    <>
      <h2 id="details-title">{event === undefined ? 'Message' : titleOf(event)}</h2>
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
      {transactionId !== undefined && (
        <button type="button" onClick={() => page.setFilter({ transactionId })}>
          Show this exchange only
        </button>
      )}
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

/** Asked for when the message is opened: ten thousand messages need not carry them. */
function Octets({ seq }: { seq: number }) {
  const [octets, setOctets] = useState<ConsoleOctets | undefined>(undefined)
  useEffect(() => {
    let isWanted = true
    setOctets(undefined)
    void fetchOctets(seq).then((got) => isWanted && setOctets(got))
    return () => {
      isWanted = false
    }
  }, [seq])
  return octets === undefined ? null : <OctetsView octets={octets} />
}

/** What came over the wire, as it was before any encryption. */
export function OctetsView({ octets: { protocol, hex } }: { octets: ConsoleOctets }) {
  return (
    <>
      <h3>
        Octets{' '}
        <small>
          {hex.length / 2}, {protocol}; secrets are replaced
        </small>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre class="octets" tabIndex={0}>
        {hexDump(hex).join('\n')}
      </pre>
    </>
  )
}

function titleOf({ item }: ConsoleEvent): string {
  return item.kind === 'note' ? `${item.entity}: a note` : item.message
}
