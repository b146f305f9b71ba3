/** A client of HTTP/2 that writes frames by hand, right and wrong ones. RFC 9113, RFC 7541 6.2.2 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Types of frames. RFC 9113 6 */
export const FRAME = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
} as const
export const END_STREAM = 1
export const END_HEADERS = 4

/** A frame that came. */
export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** One frame. */
export function frame(
  type: number,
  { flags = 0, stream = 0, payload = Buffer.alloc(0) }: Partial<Omit<Frame, 'type'>> = {},
): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A block of header fields, each literal, without index and Huffman code. */
export function headerBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]))
}

function text(value: string): Buffer {
  const octets = Buffer.from(value)
  if (octets.length < 127) return Buffer.concat([Buffer.of(octets.length), octets])
  const length = [127]
  let rest = octets.length - 127
  for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128)
  return Buffer.concat([Buffer.from([...length, rest]), octets])
}

/** Fields of a request. */
export const request = (method: string, path: string) =>
  [
    [':method', method],
    [':scheme', 'http'],
    [':authority', 'bsf'],
    [':path', path],
  ] as const

/** A connection, its preface and an empty SETTINGS sent. */
export async function openFrames(port: number, settings: Buffer = Buffer.alloc(0)) {
  const socket: Socket = connect(port, '127.0.0.1')
  const frames: Frame[] = []
  let rest = Buffer.alloc(0)
  socket.on('error', () => {})
  socket.on('data', (part: Buffer) => {
    rest = Buffer.concat([rest, part])
    for (;;) {
      if (rest.length < 9) return
      const length = rest.readUIntBE(0, 3)
      if (rest.length < 9 + length) return
      frames.push({
        type: rest[3] as number,
        flags: rest[4] as number,
        stream: rest.readUInt32BE(5),
        payload: rest.subarray(9, 9 + length),
      })
      rest = rest.subarray(9 + length)
    }
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await once(socket, 'connect')
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  socket.write(frame(FRAME.settings, { payload: settings }))
  return {
    socket,
    frames,
    closed,
    /** The first frame of that kind that came or comes. */
    async until(test: (frame: Frame) => boolean, timeoutMs = 5000): Promise<Frame> {
      const endMs = performance.now() + timeoutMs
      while (performance.now() < endMs) {
        const found = frames.find(test)
        if (found !== undefined) return found
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      throw new Error(`no such frame among ${JSON.stringify(frames.map(({ type }) => type))}`)
    },
  }
}
