/** Real Chromium for pages. It is found on PATH or named by CHROMIUM; without one the tests of pages say so and are left out. */

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll } from 'vitest'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

const onPath = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => NAMES.map(name => join(folder, name)))
    .find(path => existsSync(path))

/** Where Chromium is; undefined where there is none. */
export const CHROMIUM = process.env.CHROMIUM ?? onPath()

if (CHROMIUM === undefined)
  console.warn('No Chromium on PATH and none named by CHROMIUM: the tests in a browser are left out.')

/** @returns opens a browser once, for the test file */
export const aBrowser = (): (() => Promise<Browser>) => {
  let opened: Promise<Browser> | undefined
  afterAll(async () => (await opened)?.close())
  return () => {
    opened ??= chromium.launch({
      executablePath: CHROMIUM ?? '',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    })
    return opened
  }
}
