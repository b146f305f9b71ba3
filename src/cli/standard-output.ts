/** Standard output whose reader goes away, as `| head` does, or whose disk is full. Issue 6, 4 */
import { TransportFailed } from '../errors/errors.ts'
import { EXIT_OK } from './exit-status.ts'
import { reportFailure } from './report-failure.ts'

/** What is guarded; a test hands in others. */
export interface GuardedOutput {
  readonly stream: Pick<NodeJS.WritableStream, 'on' | 'listenerCount'>
  readonly exit: (status: number) => void
}

const PROCESS_OUTPUT: GuardedOutput = {
  stream: process.stdout,
  exit: (status) => process.exit(status),
}

/**
 * Who has read enough ends the command without a word, in order if the command listens for that itself
 * (`untilInterrupted`). Output that gets lost for another reason is an error.
 */
export function guardOutput(
  options: { readonly json: boolean; readonly write?: (line: string) => void },
  { stream, exit }: GuardedOutput = PROCESS_OUTPUT,
): void {
  stream.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EPIPE') {
      const message = `standard output: it cannot be written (${cause.code ?? 'unknown cause'})`
      exit(reportFailure(new TransportFailed(message, { cause }), options))
    } else if (stream.listenerCount('error') === 1) {
      exit(Number(process.exitCode ?? EXIT_OK))
    }
  })
}
