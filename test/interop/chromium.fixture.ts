/** A real browser, without a screen and without the network. */
import { type Browser, chromium } from 'playwright-core'
import { findInteropTool } from '../support/interop-tool.ts'

/** Debian's Chromium; `undefined` where it is not installed. */
export const browserProgram = findInteropTool('chromium', 'chromium')

/** The caller closes it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserProgram?.path ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
