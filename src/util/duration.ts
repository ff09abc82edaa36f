/** Formats durations for people. Those of the configuration are parsed in units.ts. (pure) */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const inOneUnit = (ms: number, digits: number, days: string): string => {
  const size = Math.abs(ms)
  if (size < 1.5 * MINUTE) return `${Math.round(size / 1_000)} s`
  if (size < 1.5 * HOUR) return `${Math.round(size / MINUTE)} min`
  return size < 2 * DAY ? `${(size / HOUR).toFixed(digits)} h` : `${(size / DAY).toFixed(digits)} ${days}`
}

/** A duration in one unit, without its sign: `42 s`, `5 min`, `3 h`, `2 d`. */
export const formatDuration = (ms: number): string => inOneUnit(ms, 0, 'd')

/** With one decimal from hours on: `42 s`, `5 min`, `3.0 h`, `2.5 days`. */
export const formatFineDuration = (ms: number): string => inOneUnit(ms, 1, 'days')
