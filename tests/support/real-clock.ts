/** The machine's own clock, where that of the tests is moved (scripts/at-clock). */

import { execFileSync } from 'node:child_process'

/** The environment without what moves the clock of whoever is started with it. */
export const withoutMovedClock = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'LD_PRELOAD' && !name.startsWith('FAKETIME')))

/** ms by which the clock of this process is ahead of the machine's: 0 unless the tests are run with a moved clock. */
export const clockMovedBy = (): number => {
  if (process.env.FAKETIME === undefined) return 0
  const real = Number(execFileSync('date', ['+%s'], { env: withoutMovedClock(process.env), encoding: 'utf8' })) * 1_000
  return Math.round((Date.now() - real) / 1_000) * 1_000
}
