/**
 * A connection that carries whole frames both ways, as a WebSocket does: text for handshake messages,
 * binary for attachments and records (design 7).
 */

/** A frame as it was received or is to be sent; text is kept as its UTF-8 octets, so that hashes cover them. */
export interface Frame {
  readonly kind: 'text' | 'binary'
  readonly octets: Uint8Array
}

/**
 * One open connection. Frames are pulled: while nobody asks for the next frame, the adapter stops
 * reading from the peer after a bounded number of frames, so that a slow consumer slows its sender
 * down instead of growing memory.
 */
export interface FrameSocket {
  /** Address of the peer, for limits and logs. */
  readonly remoteAddress: string
  /** The next frame, or `undefined` once the connection has ended; one caller at a time. */
  receive(): Promise<Frame | undefined>
  /** Resolves when the peer's side can take more. @throws {TransportFailed} If the connection has ended. */
  send(frame: Frame): Promise<void>
  /** Ends the connection; `reason` has at most 120 octets and holds no secret. Safe to call twice. */
  close(reason?: string): void
  /** Resolves when the connection has ended, whoever ended it. Never rejects. */
  readonly closed: Promise<void>
}
