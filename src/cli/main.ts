#!/usr/bin/env node
/** The command line: `cpns …`. Design 10 */
import { createProgram } from './program.ts'
import { reportFailure } from './report-failure.ts'

try {
  await createProgram().parseAsync(process.argv)
} catch (error) {
  process.exitCode = reportFailure(error)
}
