/** One exchange of HTTP as the service based forms need it, without sockets. TS 29.500 5.2, RFC 9110 */

/** A request whose body has arrived. */
export interface SbiRequest {
  readonly method: string
  /** Path without query. */
  readonly path: string
  /** Media type without parameters, in lower case, if there is one. */
  readonly contentType?: string
  /** Content-Encoding of the body, if it has one. */
  readonly contentEncoding?: string
  readonly body: Uint8Array
}

/** An answer as it goes on the wire. */
export interface SbiResponse {
  readonly status: number
  /** Media type of `body`. */
  readonly contentType: string
  readonly body: Uint8Array
  /** Methods of the path, with 405. RFC 9110 15.5.6 */
  readonly allow?: string
  /** Content codings of a request that are read, with 415 for another. RFC 9110 12.5.3 */
  readonly acceptEncoding?: string
}
