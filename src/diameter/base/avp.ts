/** One AVP of a message. RFC 6733 4.1 */

/** One AVP. The P flag is reserved: it is never sent, and not looked at. */
export interface Avp {
  readonly code: number
  /** 0 is the IETF: the AVP then has no Vendor-ID on the wire. */
  readonly vendorId: number
  /** M flag: who does not know this AVP must refuse the message. */
  readonly mandatory: boolean
  /** Without padding; of a group, its AVPs. */
  readonly data: Uint8Array
}
