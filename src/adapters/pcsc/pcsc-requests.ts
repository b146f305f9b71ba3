/** What a PC/SC reader asks the process that has the bindings, and what it is answered. */

/** One request; they are served in order. */
export type PcscRequest =
  /** Load the bindings. */
  | { readonly kind: 'load' }
  /** @see PcscCard.reset */
  | { readonly kind: 'reset'; readonly reader: string }
  | { readonly kind: 'transmit'; readonly command: Uint8Array }
  | { readonly kind: 'release' }

/** The answer to the request before it. */
export type PcscAnswer =
  /** ATR or response APDU, else nothing. */
  | { readonly kind: 'done'; readonly octets: Uint8Array }
  /** Something has to be installed. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string }
