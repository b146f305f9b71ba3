/** Events of messages on reference points. */
export * from './trace.ts'
