/** A PNE in nine lines: it tells the application its pulse, and gives back the answer. In a program of your own: `from 'cpns/pne'`. */
import { EventEmitter, once } from 'node:events'
import { openPne } from '../../src/adapters/pne/index.ts'

/** @param dataFolder Of a PNE that is paired and has its EUKey. @returns What the application said. */
export async function tellPulse(dataFolder: string, pulse: number): Promise<string> {
  const inbox = new EventEmitter()
  const answer = once(inbox, 'message')
  const pne = await openPne(dataFolder, { onMessage: (m) => void inbox.emit('message', m.payload) })
  await pne.start()
  const payload = new TextEncoder().encode(`pulse ${pulse}`)
  await pne.send({ to: 'urn:cpns:service:echo', payload, contentType: 'text/plain' })
  const [heard] = await answer
  await pne.close()
  return new TextDecoder().decode(heard as Uint8Array)
}
