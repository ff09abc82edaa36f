/** Real Chromium for pages; without one the tests of pages say so and are left out. */

import type { Browser } from 'playwright-core'
import { afterAll } from 'vitest'
import { CHROMIUM, launchChromium } from '../../scripts/chromium.ts'

export { CHROMIUM }

if (CHROMIUM === undefined)
  console.warn('No Chromium on PATH and none named by CHROMIUM: the tests in a browser are left out.')

/** @returns opens a browser once, for the test file */
export const aBrowser = (): (() => Promise<Browser>) => {
  let opened: Promise<Browser> | undefined
  afterAll(async () => (await opened)?.close())
  return () => {
    opened ??= launchChromium()
    return opened
  }
}
