/** A real Chromium for tests and screenshots, found on PATH or named by CHROMIUM. */

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

const onPath = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => NAMES.map(name => join(folder, name)))
    .find(path => existsSync(path))

/** Path of Chromium; undefined if there is none. */
export const CHROMIUM = process.env.CHROMIUM ?? onPath()

/**
 * Chromium keeps the machine's clock when tests run with a shifted one (.ci/long): with libfaketime preloaded it no
 * longer renders. The servers it talks to, and everything that depends on time, use the shifted clock.
 */
const ownClock = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name === 'LD_PRELOAD' || name.startsWith('FAKETIME') ? [] : [[name, value]],
    ),
  )

/** @throws if there is no Chromium */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM ?? '',
    env: ownClock(),
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
