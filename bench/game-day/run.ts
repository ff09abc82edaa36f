/** Goes through conditions one after another: brings each about, and looks whether every surface tells of it in time. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Condition, Expected } from './conditions.ts'
import type { Answer, LogLine, Stage } from './stage.ts'

/** What one surface said: how long after the beginning (or the end) of the condition, and in which words. */
export interface Seen {
  readonly surface: string
  /** ms; null if it did not say so in time. */
  readonly ms: number | null
  /** The words that were looked for, or what it said in their place. */
  readonly said: string
}

export interface Outcome {
  readonly condition: Condition
  readonly begun: readonly Seen[]
  readonly ended: readonly Seen[]
  /** Warnings and errors in the log meanwhile, except about single crawls. */
  readonly warnings: readonly LogLine[]
}

const LOOK = 100

/** One line with the match in it. */
const lineWith = (text: string, pattern: RegExp): string => {
  const plain = text
    .replace(/<[^>]*>/g, '\n')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
  return (
    plain
      .split('\n')
      .find(line => pattern.test(line))
      ?.trim() ?? ''
  )
}

type Look = () => Promise<{ readonly holds: boolean; readonly said: string }>

/** Looks at a surface again and again. What an operator who looks at some moment is told counts as told then. */
const watch = async (surface: string, look: Look, began: number, within: number): Promise<Seen> => {
  for (;;) {
    const ms = Math.round(performance.now() - began)
    const { holds, said } = await look()
    if (holds && ms <= within) return { surface, ms, said }
    if (ms > within) return { surface, ms: null, said }
    await delay(LOOK)
  }
}

const saysIn =
  (ask: () => Promise<Answer>, pattern: RegExp, code: number): Look =>
  async () => {
    const { code: found, text } = await ask()
    const said = lineWith(text, pattern)
    return { holds: said !== '' && found === code, said: said || `(${found}) ${text.trim().slice(0, 600)}` }
  }

const readSeries = (text: string, series: string): number | null => {
  const line = text.split('\n').find(each => each.startsWith(`${series} `))
  return line === undefined ? null : Number(line.slice(series.length + 1))
}

const lookAtMetric =
  (stage: Stage, [series, wanted]: NonNullable<Expected['metric']>, isThere: boolean): Look =>
  async () => {
    const value = readSeries((await stage.daemon().get('/metrics')).text, series)
    const isSo = typeof wanted === 'number' ? value === wanted : value !== null && wanted(value)
    return { holds: isSo === isThere, said: `${series} ${value}` }
  }

const lookAtLog =
  (lines: () => readonly LogLine[], event: string): Look =>
  async () => {
    const line = lines().find(each => each.event === event)
    return { holds: line !== undefined, said: line ? `${event}: ${line.msg}` : `no ${event}` }
  }

const lookAtBeginning = (stage: Stage, expected: Expected, from: number): readonly [string, Look][] => {
  const { status, check, doctor, ready, metric, overview, log } = expected
  const daemon = stage.daemon()
  const gone = ready?.test('fetch failed') ? 0 : 503
  const looks: [string, Look][] = [
    ['status', saysIn(() => stage.command('status'), status, check === 3 && /yaml/.test(status.source) ? 2 : 1)],
    ['status --check', saysIn(() => stage.command('status', '--check'), /^NEWSDESK /, check)],
    ['/readyz', saysIn(() => daemon.get('/readyz'), ready ?? /"ready"/, ready === null ? 200 : gone)],
  ]
  if (overview !== null) looks.push(['overview', saysIn(() => daemon.overview(), ...overview)])
  if (doctor !== null) looks.push(['doctor', saysIn(() => stage.command('doctor'), ...doctor)])
  if (metric !== null) looks.push(['metrics', lookAtMetric(stage, metric, true)])
  if (log[0] !== null) looks.push(['log', lookAtLog(() => daemon.log.slice(from), log[0])])
  return looks
}

const lookAtEnd = (stage: Stage, { metric, overview, log }: Expected, from: number): readonly [string, Look][] => {
  const looks: [string, Look][] = [
    ['status --check', saysIn(() => stage.command('status', '--check'), /^NEWSDESK OK/, 0)],
    ['/readyz', saysIn(() => stage.daemon().get('/readyz'), /"ready"/, 200)],
  ]
  if (overview !== null)
    looks.push([
      'overview',
      async () => {
        const { code, text } = await stage.daemon().overview()
        const said = lineWith(text, overview[0])
        return { holds: code === 200 && said === '', said: said || 'All is well' }
      },
    ])
  if (metric !== null) looks.push(['metrics', lookAtMetric(stage, metric, false)])
  if (log[1] !== null) looks.push(['log', lookAtLog(() => stage.daemon().log.slice(from), log[1])])
  return looks
}

/** A command takes a process of its own, so each is first typed when all else has told. */
const isCommand = ([surface]: readonly [string, Look]): boolean => /^(status|doctor)/.test(surface)

const lookAtAll = async (looks: readonly (readonly [string, Look])[], within: number): Promise<Seen[]> => {
  const began = performance.now()
  const watchAll = (some: typeof looks) =>
    Promise.all(some.map(([surface, look]) => watch(surface, look, began, within)))
  const quick = await watchAll(looks.filter(each => !isCommand(each)))
  return [...(await watchAll(looks.filter(isCommand))), ...quick]
}

/**
 * @param within ms in which every surface has to tell of the beginning, and again of the end
 */
export const runCondition = async (stage: Stage, condition: Condition, within: number): Promise<Outcome> => {
  const before = stage.daemon()
  const from = before.log.length
  await condition.begin(stage)
  const begun = await lookAtAll(
    lookAtBeginning(stage, condition.expected, before === stage.daemon() ? from : 0),
    within,
  )
  const daemon = stage.daemon()
  const since = daemon.log.length
  await condition.end(stage)
  const ended = await lookAtAll(lookAtEnd(stage, condition.expected, daemon === stage.daemon() ? since : 0), within)
  const lines = daemon === stage.daemon() ? daemon.log.slice(from) : [...daemon.log.slice(from), ...stage.daemon().log]
  return { condition, begun, ended, warnings: lines.filter(isWarning) }
}

const isWarning = ({ level, event }: LogLine): boolean =>
  ['warn', 'error', 'fatal'].includes(String(level)) && event !== 'crawl.failed'

/** More of them while one condition begins, lasts and ends are a flood. */
const MOST_WARNINGS = 25

/** What was not told in time, and a log that tells too much, in words. */
export const findMissed = ({ condition, begun, ended, warnings }: Outcome): string[] => [
  ...(warnings.length > MOST_WARNINGS
    ? [`${condition.id}: ${warnings.length} warnings, such as ${JSON.stringify(warnings.at(-1)).slice(0, 400)}`]
    : []),
  ...begun.filter(({ ms }) => ms === null).map(({ surface, said }) => `${condition.id}, begins: ${surface}: ${said}`),
  ...ended.filter(({ ms }) => ms === null).map(({ surface, said }) => `${condition.id}, ends: ${surface}: ${said}`),
]
