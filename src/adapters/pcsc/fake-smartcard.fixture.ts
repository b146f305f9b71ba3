/** The fake `smartcard` package, in this process and in NODE_PATH of processes that are started. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { SmartcardModule } from './smartcard-module.ts'

const FAKE = resolve(import.meta.dirname, '../../../test/support/fake-smartcard.cjs')

/** Flags with which Node.js runs our sources. */
export const SOURCE_FLAGS = ['--import', 'tsx']

/** The fake, and what it was asked for. */
export function fakeSmartcard(): SmartcardModule & { readonly calls: unknown[][] } {
  return createRequire(import.meta.url)(FAKE) as SmartcardModule & { calls: unknown[][] }
}

/** How the fake behaves in this process, and in those that are started from now on. */
export function setFake(how: 'no-service' | 'no-readers' | 'no-atr' | undefined): void {
  if (how === undefined) delete process.env.FAKE_SMARTCARD
  else process.env.FAKE_SMARTCARD = how
}

/** Makes processes that are started from now on find the fake. @returns Takes it back. */
export function installFake(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'cpns-smartcard-'))
  mkdirSync(join(folder, 'smartcard'))
  const source = `module.exports = require(${JSON.stringify(FAKE)})`
  writeFileSync(join(folder, 'smartcard', 'index.js'), source)
  const before = process.env.NODE_PATH
  process.env.NODE_PATH = folder
  return () => {
    if (before === undefined) delete process.env.NODE_PATH
    else process.env.NODE_PATH = before
    rmSync(folder, { recursive: true, force: true })
  }
}
