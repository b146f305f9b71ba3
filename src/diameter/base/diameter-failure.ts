/** A Diameter message that cannot be served, with what the answer to it has to say. RFC 6733 7 */
import { InvalidMessage } from '../../errors/errors.ts'
import type { Avp } from './avp.ts'
import { RESULT_CODE, type ResultCodeName } from './result-code.ts'

/** Details of a failure. */
export interface DiameterFailureDetails extends ErrorOptions {
  /** What goes into Failed-AVP, where the Result-Code asks for one. RFC 6733 7.5 */
  readonly failedAvp?: Avp
}

/** A message of a peer that is wrong, or that this node does not do. */
export class DiameterFailure extends InvalidMessage {
  /** Result-Code of the answer, by its name. */
  readonly resultCodeName: ResultCodeName
  readonly failedAvp: Avp | undefined

  /**
   * @param what.reason What is wrong, in a few words that hold no octet of the message.
   * @param what.field Name of the AVP or header field.
   */
  constructor(
    resultCodeName: ResultCodeName,
    what: { readonly reason: string; readonly field: string },
    details: DiameterFailureDetails = {},
  ) {
    super(what.reason, what.field, details)
    this.resultCodeName = resultCodeName
    this.failedAvp = details.failedAvp
  }

  /** Result-Code of the answer. */
  get resultCode(): number {
    return RESULT_CODE[this.resultCodeName]
  }

  /** The same failure, found in the AVP of this name; a field inside it keeps its own name too. */
  within(name: string, failedAvp: Avp): DiameterFailure {
    const field = this.field === 'AVP' ? name : `${name}, ${this.field}`
    const details = { failedAvp, cause: this }
    return new DiameterFailure(this.resultCodeName, { reason: this.reason, field }, details)
  }
}
