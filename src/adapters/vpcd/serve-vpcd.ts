/**
 * A card in the virtual reader of pcscd (vsmartcard-vpcd), so that every PC/SC program sees it. The card is
 * the TCP client; it connects again when the reader goes away. TS 102 221 6.4 for power and reset.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { UiccReader } from '../../apdu/uicc-reader.ts'
import { createVpcdFrameDecoder, encodeVpcdFrame, type VpcdFrame } from './vpcd-frames.ts'

/** Where the virtual reader listens, and what card is put into it. */
export interface ServeVpcdOptions {
  readonly host: string
  readonly port: number
  /** Used by nobody else meanwhile; left open at the end. */
  readonly card: UiccReader
}

/** What a served card is given. */
export interface ServeVpcdPorts {
  /** Takes the card out. A command under way is finished first, so that nothing of it is lost. */
  readonly signal: AbortSignal
  /** The card was put into the reader, or waits for a reader, and why. */
  readonly report: (state: 'inserted' | 'waiting', reason?: string) => void
}

const RETRY_MS = 500
const CONNECT_TIMEOUT_MS = 5_000
/** 6F00: what a card without power would say, if it could. */
const NO_DIAGNOSIS = Uint8Array.of(0x6f, 0x00)

/**
 * Resolves when the signal has taken the card out.
 *
 * @throws {StoreFailed} If the card does not start.
 */
export async function serveVpcd(options: ServeVpcdOptions, ports: ServeVpcdPorts): Promise<void> {
  const { signal, report } = ports
  const slot = await createSlot(options.card)
  let reported: string | undefined
  while (!signal.aborted) {
    const reason = await serveOnce(options, slot, {
      signal,
      report(state) {
        reported = undefined
        report(state)
      },
    })
    if (!signal.aborted && reason !== reported) report('waiting', reason)
    reported = reason
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** What a slot answers to a frame; nothing to a change of power. */
type Slot = (frame: VpcdFrame) => Promise<Uint8Array | undefined>

async function createSlot(card: UiccReader): Promise<Slot> {
  let atr = await card.reset()
  let isPowered = false
  const power = async (): Promise<void> => {
    atr = await card.reset()
    isPowered = true
  }
  return async (frame) => {
    if (frame.kind === 'send-atr') return atr
    if (frame.kind === 'command') return isPowered ? card.transmit(frame.command) : NO_DIAGNOSIS
    isPowered = false
    if (frame.kind !== 'off') await power()
    return undefined
  }
}

/**
 * One connection from beginning to end: frames in order, one at a time, because the reader waits for each
 * answer. @returns Why it has ended.
 */
async function serveOnce(
  { host, port }: ServeVpcdOptions,
  slot: Slot,
  { signal, report }: ServeVpcdPorts,
): Promise<string> {
  const decoder = createVpcdFrameDecoder()
  const { socket, ending } = open({ host, port }, () => report('inserted'))
  const takeOut = (): void => void socket.destroy()
  signal.addEventListener('abort', takeOut)
  try {
    for await (const chunk of chunksOf(socket)) {
      for (const frame of decoder.push(chunk)) {
        const answer = await slot(frame)
        if (answer !== undefined) socket.write(encodeVpcdFrame(answer))
      }
    }
    return ending()
  } finally {
    signal.removeEventListener('abort', takeOut)
    socket.destroy()
  }
}

function open(
  { host, port }: { readonly host: string; readonly port: number },
  onConnect: () => void,
): { readonly socket: Socket; readonly ending: () => string } {
  let ending = `no virtual reader at ${host}:${port}`
  const socket = connect({ host, port, noDelay: true, keepAlive: true })
  socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('no answer')))
  socket.once('connect', () => {
    socket.setTimeout(0)
    onConnect()
    ending = 'the reader is gone'
  })
  socket.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    ending += ` (${code ?? message})`
  })
  return { socket, ending: () => ending }
}

/** To the end of the connection, whatever ended it. */
async function* chunksOf(socket: Socket): AsyncIterable<Uint8Array> {
  try {
    yield* socket as AsyncIterable<Buffer>
  } catch {
    // A reader that is gone is no fault of the card.
  }
}
