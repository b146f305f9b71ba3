/** Cards in PC/SC readers, real ones and the virtual one of vsmartcard-vpcd. */
import type { UiccReader } from '../../apdu/uicc-reader.ts'
import { TransportFailed } from '../../errors/errors.ts'
import { type PcscHost, type PcscHostOptions, startPcscHost } from './pcsc-host.ts'
import type { PcscRequest } from './pcsc-requests.ts'

/**
 * A PC/SC reader that was not reset yet; the card is then nobody else's until it is closed. After a failure
 * `reset` starts anew.
 *
 * @param name How the reader's name starts; empty for any. The first one with a card is taken.
 * @throws {ConfigurationInvalid} If what PC/SC needs is not installed; the message says how to do it.
 */
export async function openPcscReader(
  name: string,
  options: PcscHostOptions = {},
): Promise<UiccReader> {
  const fullName = name === '' ? 'pcsc' : `pcsc:${name}`
  let host = startPcscHost(options)
  let isClosed = false

  const ask = async (request: PcscRequest): Promise<Uint8Array> => {
    if (isClosed) throw new TransportFailed(`reader ${fullName}: it is closed`)
    try {
      return await host.ask(request)
    } catch (error) {
      if (!(error instanceof TransportFailed)) throw error
      throw new TransportFailed(`reader ${fullName}: ${error.message}`, { cause: error })
    }
  }

  try {
    await ask({ kind: 'load' })
  } catch (error) {
    host.end()
    throw error
  }
  return {
    name: fullName,
    reset() {
      if (!isClosed && !host.isAlive) host = startPcscHost(options)
      return ask({ kind: 'reset', reader: name })
    },
    transmit: (command) => ask({ kind: 'transmit', command }),
    async close() {
      if (isClosed) return
      isClosed = true
      await release(host)
    },
  }
}

/** A command under way is waited for, as long as it may take. */
async function release(host: PcscHost): Promise<void> {
  try {
    await host.ask({ kind: 'release' })
  } catch {
    // It has released its card already, or will with its end.
  } finally {
    host.end()
  }
}
