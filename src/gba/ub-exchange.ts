/** Ub as it crosses HTTP: what both ends see of one request and its answer. TS 24.109 4 */

/** One HTTP request of a UE. */
export interface UbRequest {
  readonly method: string
  /** Request-URI as on the request line. */
  readonly uri: string
  /** Names in lower case; a header that came more than once has several values. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: Uint8Array
}

/** One HTTP answer of a BSF. */
export interface UbResponse {
  readonly status: number
  /** As `UbRequest.headers`. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: Uint8Array
}

/** The way to a BSF. */
export interface UbExchange {
  /** @throws {TransportFailed} If the BSF cannot be reached or does not answer in time. */
  exchange(request: UbRequest): Promise<UbResponse>
}
