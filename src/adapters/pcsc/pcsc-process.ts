/**
 * A process of its own for the PC/SC bindings: a command that a reader never answers blocks whoever sent it
 * for good, and a process can be ended. Its parent starts it and speaks with it (`pcsc-host.ts`).
 */
import type { PcscRequest } from './pcsc-requests.ts'
import { servePcscRequests } from './serve-pcsc-requests.ts'
import { loadSmartcard } from './smartcard-module.ts'

const answerTo = servePcscRequests(loadSmartcard)

process.on('message', (request: PcscRequest) => {
  void answerTo(request).then((answer) => process.send?.(answer))
})
// Ctrl-C goes to all processes of a terminal, but the parent has to release its card first.
process.on('SIGINT', () => {})
// A blocked thread would keep a process from any other end.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
