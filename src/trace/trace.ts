/**
 * One event for every message on a reference point: what the ladder, the trace file and the console
 * are made of. Design 11.
 *
 * An event is written by the entity that sends the message and by the one that receives it; a view
 * that shows both ends of a line takes only the `sent` ones. `fields` holds values that may be seen by
 * anyone: never a key, password, RES, CK or IK. B-TIDs and RANDs are public. The same goes for the octets
 * that `wire` makes, unless they are asked for with the secrets in them, which only the lab does.
 */

/** The reference points that messages are traced on; APDU stands for the card's interface. */
export type ReferencePoint = 'Ub' | 'Zh' | 'Zn' | 'Ua' | 'CPNS-1' | 'CPNS-2' | 'APDU'

/** A message as octets, for captures and for who opens it. */
export interface TraceWire {
  /**
   * What reads the octets: an APDU or its answer, a Diameter or HTTP/1.1 message, a CPNS message, or a frame
   * of CPNS that is none: attach or record.
   */
  readonly protocol: 'apdu' | 'diameter' | 'http' | 'cpns' | 'cpns-frame'
  /** The whole message, as it was before any encryption below it. */
  readonly octets: Uint8Array
}

/** How the octets of a message are wanted. */
export interface WireWish {
  /** Whether secrets stay in it; otherwise others of the same length are in their place. */
  readonly reveal: boolean
}

/** One message on one reference point, as one end saw it. */
export interface TraceEvent {
  readonly kind: 'message'
  /** UTC milliseconds. */
  readonly atMs: number
  readonly point: ReferencePoint
  readonly side: 'sent' | 'received'
  /** Name of the sending entity, for instance `PN GW`, `BSF`, `PNE watch`. */
  readonly from: string
  /** Name of the receiving entity. */
  readonly to: string
  /** Name of the message in the spelling of its specification, for instance `ConnectRequest`. */
  readonly message: string
  /** TransactionID of CPNS, or the id that ties request and answer of another protocol together. */
  readonly transactionId?: string
  /** Of an answer whose request was seen at this end: milliseconds between them, which never go back. */
  readonly elapsedMs?: number
  /** Decoded values that may be shown, in the order in which they are worth reading. */
  readonly fields: Readonly<Record<string, string | number>>
  /** Makes the octets of the message; a function, so that they cost nothing until somebody wants them. */
  readonly wire?: (wish: WireWish) => TraceWire
}

/** Something that happened inside one entity and belongs in the story: a check passed, a key was agreed. */
export interface TraceNote {
  readonly kind: 'note'
  readonly atMs: number
  readonly entity: string
  /** One plain sentence without any secret. */
  readonly text: string
}

/** What is traced. */
export type TraceItem = TraceEvent | TraceNote

/** Takes events; must return at once and never throw. */
export type Trace = (item: TraceItem) => void

/** The trace of who does not look. */
export const noTrace: Trace = () => {}
