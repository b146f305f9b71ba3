/** Traced items, and a folder that looks like the built page. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TraceEvent } from '../../trace/trace.ts'

/** A message with this TransactionID. */
export function traced(transactionId: string): TraceEvent {
  return {
    kind: 'message',
    atMs: 42,
    point: 'CPNS-2',
    side: 'sent',
    from: 'urn:gw',
    to: 'CPNS Server',
    message: 'ConnectRequest',
    transactionId,
    fields: { Role: 'pn-gw' },
  }
}

/** A page without content; the caller removes the folder. */
export function pageFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cpns-page-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(join(folder, 'assets', 'index-1.js'), 'void 0')
  writeFileSync(join(folder, 'assets', 'index-1.css'), 'a{}')
  writeFileSync(join(folder, 'licences.md'), 'not sent')
  return folder
}
