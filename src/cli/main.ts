#!/usr/bin/env node
/** The command line: `cpns …`. Design 10 */
import { createProgram } from './program.ts'
import { reportFailure } from './report-failure.ts'
import { wantsJson } from './say.ts'
import { guardOutput } from './standard-output.ts'

const json = wantsJson(process.argv.slice(2))
guardOutput({ json })
process.stderr.on('error', () => {})
// Node ends with 13 and without a word where something is awaited that nothing is left to bring.
process.once('exit', (status) => {
  if (status === 13) process.exitCode = reportFailure(new Error('nothing came any more'), { json })
})
try {
  await createProgram().parseAsync(process.argv)
} catch (error) {
  process.exitCode = reportFailure(error, { json })
}
