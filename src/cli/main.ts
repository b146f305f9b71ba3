#!/usr/bin/env node
/** The command line: `cpns …`. Design 10 */
import { holdProcess } from '../adapters/system/hold-process.ts'
import { createProgram } from './program.ts'
import { reportFailure } from './report-failure.ts'
import { wantsJson } from './say.ts'
import { guardOutput } from './standard-output.ts'

const json = wantsJson(process.argv.slice(2))
guardOutput({ json })
process.stderr.on('error', () => {})
const release = holdProcess()
try {
  await createProgram().parseAsync(process.argv)
} catch (error) {
  process.exitCode = reportFailure(error, { json })
} finally {
  release()
}
