/**
 * The errors of the whole house, sorted by who is to blame.
 *
 * Foreseen protocol outcomes (a wrong MAC, an unknown B-TID) are return values of the function that
 * finds them; these classes are for what a caller cannot go on from. Callers switch on `code`, never
 * on the text. Our own misuse is `TypeError` or `RangeError`.
 */

/** Every code that a `CpnsError` can carry; each has a row in `docs/reference/errors.md`. */
export type ErrorCode =
  | 'invalid-message'
  | 'unexpected-message'
  | 'authentication-failed'
  | 'unknown-identity'
  | 'unsupported'
  | 'transport-failed'
  | 'store-failed'
  | 'configuration-invalid'

/** Base of all errors that this project throws on purpose. */
export class CpnsError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** Octets or text of a peer that are not a valid message: truncated, trailing, out of range, doubled. */
export class InvalidMessage extends CpnsError {
  /** What is wrong, in a few words that hold no octet of the message. */
  readonly reason: string
  /** The field that is wrong, in the spelling of its specification. */
  readonly field: string

  constructor(reason: string, field: string, options?: ErrorOptions) {
    super('invalid-message', `${field}: ${reason}`, options)
    this.reason = reason
    this.field = field
  }
}

/** A valid message that the present state of an exchange does not allow. */
export class UnexpectedMessage extends CpnsError {
  /** Name of the state that the exchange is in. */
  readonly state: string
  /** Name of the message or event that came. */
  readonly event: string

  constructor(state: string, event: string) {
    super('unexpected-message', `${event} is not expected in state ${state}`)
    this.state = state
    this.event = event
  }
}

/** The peer did not prove what it had to prove. Never says which of several secrets was wrong. */
export class AuthenticationFailed extends CpnsError {
  constructor(message: string, options?: ErrorOptions) {
    super('authentication-failed', message, options)
  }
}

/** An identity that is not known here. */
export class UnknownIdentity extends CpnsError {
  constructor(message: string) {
    super('unknown-identity', message)
  }
}

/** Something valid that this implementation, or its configuration, does not do. */
export class Unsupported extends CpnsError {
  constructor(message: string) {
    super('unsupported', message)
  }
}

/** A connection, socket or reader failed; trying again may help. */
export class TransportFailed extends CpnsError {
  constructor(message: string, options?: ErrorOptions) {
    super('transport-failed', message, options)
  }
}

/** Durable state could not be read or written; nothing of the operation took effect. */
export class StoreFailed extends CpnsError {
  constructor(message: string, options?: ErrorOptions) {
    super('store-failed', message, options)
  }
}

/** A flag, environment variable, file or folder that cannot be used. One clear line, exit status 2. */
export class ConfigurationInvalid extends CpnsError {
  constructor(message: string, options?: ErrorOptions) {
    super('configuration-invalid', message, options)
  }
}
