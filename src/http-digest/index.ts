/** HTTP Digest with AKAv1-MD5: headers and responses. RFC 7616, RFC 3310 */
export * from './aka-nonce.ts'
export * from './auth-params.ts'
export * from './digest.ts'
export * from './digest-headers.ts'
export * from './header-spelling.ts'
export * from './http-octets.ts'
export * from './request-uri.ts'
