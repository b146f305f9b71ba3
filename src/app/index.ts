/** Applications at a CPNS Server: API keys, webhooks, and who gets which message. Design 8 */
export * from './api-key.ts'
export * from './app-hub.ts'
export * from './app-message.ts'
export * from './app-store.ts'
export * from './service-desk.ts'
export * from './webhook-signature.ts'
