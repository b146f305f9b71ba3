/** The limit of open files of this process, which its children share; the platform has raised it as far as it may. */
import { ConfigurationInvalid } from '../errors/errors.ts'

interface UserLimits {
  readonly userLimits?: { readonly open_files?: { readonly soft: number | string } }
}

/** Files that a process has open besides its sockets: libraries, pipes, the store. */
const OTHER_FILES = 100

/** How many files may be open at once; infinite where there is no limit, or none that is known. */
export function openFileLimit(): number {
  const { userLimits } = process.report.getReport() as UserLimits
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY
}

/**
 * @param sockets Sockets that one process is to have open at once.
 * @throws {ConfigurationInvalid} If it may not; a process cannot raise the limit itself.
 */
export function assertOpenFiles(sockets: number, limit = openFileLimit()): void {
  const needed = sockets + OTHER_FILES
  if (needed <= limit) return
  throw new ConfigurationInvalid(
    `${sockets} connections take ${needed} open files, and the limit is ${limit}: raise it with ulimit -n ${needed}`,
  )
}
