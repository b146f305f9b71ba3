/** The TLS cipher suites of PSK-TLS, for both ends. Design 7 */

/**
 * `TLS_AES_128_GCM_SHA256` of TLS 1.3 and `TLS_PSK_WITH_AES_128_GCM_SHA256` of TLS 1.2, as the platform
 * names them: one for each version, so that the Ua id is known before the handshake. RFC 5487 2
 */
export const PSK_CIPHERS = 'TLS_AES_128_GCM_SHA256:PSK-AES128-GCM-SHA256'
