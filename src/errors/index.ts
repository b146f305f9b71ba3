/** The errors of all rooms. */
export * from './errors.ts'
