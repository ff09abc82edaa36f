/** `newsdesk status`: the state of newsdesk on one screen, once or refreshed. */

import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'
import stringWidth from 'string-width'
import { explainReply } from '../../redis/explain-reply.ts'
import { findIdleQueues } from '../../use-cases/problems.ts'
import { type Status, stateOf } from '../../use-cases/source-status.ts'
import { readStatus } from '../../use-cases/status.ts'
import { formatDuration } from '../../util/duration.ts'
import { openScreen } from '../../util/screen.ts'
import { sleepUnlessAborted } from '../../util/sleep.ts'
import { fitTo } from '../../util/table.ts'
import { withSession } from '../session.ts'

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const articlesText = ({ articles, oldest, memory, evicted, pending, isEvicting }: Status['articles']): string =>
  [
    `${articles}${oldest === null ? '' : `, the oldest of ${new Date(oldest).toISOString().slice(0, 10)}`}`,
    ...(memory > 0 ? [`memory to ${(memory / 1_048_576).toFixed(0)} MB`] : []),
    ...(isEvicting ? ['evicting the oldest'] : []),
    ...(pending > 0 ? [`${pending} pending deletion`] : []),
    ...(evicted > 0 ? [`${evicted} evicted so far`] : []),
  ].join(', ')

/** `host-12 (0.1.0, up 3 h; crawl, articles)`; a daemon of an older version does not tell its version and uptime. */
const daemonText = ({ id, roles, version, startedAt, beatAt }: Status['daemons'][number]): string => {
  const since = startedAt === null ? '' : `, up ${formatDuration(beatAt - startedAt)}`
  return `${id} (${version === '' ? '' : `${version}${since}; `}${roles.join(', ')})`
}

/** @param isRejecting whether Redis rejects writes: a daemon that runs cannot report it then */
const daemonsText = (daemons: Status['daemons'], isRejecting: boolean): string =>
  daemons.map(daemon => daemonText(daemon)).join('; ') ||
  (isRejecting ? 'unknown: none can report while Redis rejects writes' : 'none')

const redisText = ({ version, memory, limit, policy }: Status['redis']): string => {
  const used = (memory / 1_048_576).toFixed(1)
  return `${version}, ${limit > 0 ? `${used} of ${(limit / 1_048_576).toFixed(1)}` : used} MB, ${policy}`
}

/** Formats the status for a terminal, with or without `--watch`. */
const statusLines = ({
  daemons,
  queues,
  pausedQueues,
  sources,
  events,
  push,
  quarantine,
  redis,
  articles,
  problems,
}: Status): string[] => {
  const line = (head: string, text: string): string => `${pc.bold(head.padEnd(10))} ${text}`
  const count = (of: string) => sources.filter(each => stateOf(each) === of).length
  const states = ['fresh', 'new', 'failing', 'retired', 'refused', 'stalled', 'late', 'paused']
    .filter(of => count(of) > 0)
    .map(of => `${count(of)} ${of}`)
  const idle = redis.rejects === null ? findIdleQueues({ daemons, queues }) : []
  const refusals = Object.entries(events.refused).map(([reason, times]) => `${times} ${reason}`)
  return [
    line('Daemons', daemonsText(daemons, redis.rejects !== null)),
    line('Sources', sources.length === 0 ? 'none' : `${sources.length}: ${states.join(', ')}`),
    ...Object.entries(queues).map(([name, jobs]) =>
      line(
        name,
        `${jobs.waiting ?? 0} waiting, ${jobs.active ?? 0} active, ${jobs.delayed ?? 0} delayed, ${jobs.failed ?? 0} failed${pausedQueues.includes(name) ? ', paused' : ''}${idle.includes(name) ? ', no worker' : ''}`,
      ),
    ),
    line('Stories', String(articles.stories)),
    line('Articles', articlesText(articles)),
    line(
      'Push',
      push.on
        ? `${push.active} of ${push.subscriptions} subscriptions active, ${push.working} sources updated by push, ${push.deliveries} deliveries${push.ignored > 0 ? `, ${push.ignored} ignored` : ''}`
        : 'off: push.baseUrl is not set',
    ),
    line('Events', `${events.waiting} waiting${refusals.length > 0 ? `; refused: ${refusals.join(', ')}` : ''}`),
    ...(quarantine.bodies > 0
      ? [
          line(
            'Quarantine',
            `${plural(quarantine.bodies, 'unreadable body', 'unreadable bodies')} of ${plural(quarantine.sources, 'source', 'sources')}: \`newsdesk quarantine\``,
          ),
        ]
      : []),
    line('Redis', redisText(redis)),
    ...problems.map(problem => pc.red(`! ${problem}`)),
    ...(problems.length === 0 ? [pc.green('All is well.')] : []),
  ]
}

/** Cuts a line to the width of the terminal; a line that is cut loses its colours. */
const cutLine = (line: string, cells: number): string =>
  stringWidth(line) <= cells ? line : fitTo(stripVTControlCharacters(line), cells)

/** ms between two refreshes with `--watch`. */
const REFRESH_INTERVAL = 2_000

/** Refreshes the status until the user ends it: full screen on a terminal, else one block after another. */
const watchStatus = async (read: () => Promise<Status>): Promise<void> => {
  const ended = new AbortController()
  const end = () => ended.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end)
  const screen = process.stdout.isTTY ? openScreen(end) : null
  try {
    while (!ended.signal.aborted) {
      const lines = [
        `newsdesk, ${new Date().toLocaleTimeString()}${screen ? pc.dim('  (q to quit)') : ''}`,
        '',
        ...statusLines(await read()),
      ]
      if (screen) screen.draw([...lines.map(each => cutLine(each, screen.width)), ''].slice(0, screen.height))
      else console.log(`${lines.join('\n')}\n`)
      await sleepUnlessAborted(REFRESH_INTERVAL, ended.signal)
    }
  } finally {
    screen?.close()
  }
}

export interface StatusOptions {
  readonly json: boolean
  readonly watch: boolean
  /** Print one line, and exit as the plugins of Nagios do. */
  readonly check: boolean
}

/** Exit codes of Nagios plugins. */
const NAGIOS = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const

const checkLine = ({ health, alerts, daemons, sources }: Status): string =>
  `NEWSDESK ${health.toUpperCase()}: ${alerts.length > 0 ? alerts.join('; ') : `${plural(daemons.length, 'daemon', 'daemons')}, ${plural(sources.length, 'source', 'sources')}`}`

const showStatus = (configDir: string, { json, watch, check }: StatusOptions): Promise<number> =>
  withSession(
    configDir,
    async session => {
      const queues = await session.queues()
      const read = () => readStatus({ ...session, queues, now: Date.now })
      if (watch) {
        await watchStatus(read)
        return 0
      }
      const status = await read()
      if (json) console.log(JSON.stringify(status, null, 2))
      else for (const line of check ? [checkLine(status)] : statusLines(status)) console.log(line)
      return check ? NAGIOS[status.health] : Number(status.problems.length > 0)
    },
    { onlyReads: true },
  )

/**
 * @returns 0 without problems, 1 with problems; with `watch` 0 when the user ends it; with `check` 0, 1 or 2 by the
 * thresholds of src/use-cases/problems.ts, and 3 if the status cannot be read
 */
export const statusCommand = async (configDir: string, options: StatusOptions): Promise<number> => {
  try {
    return await showStatus(configDir, options)
  } catch (error) {
    if (!options.check) throw error
    const explained = explainReply(error)
    if (explained !== null && !explained.text.includes('NOPERM')) {
      console.log(`NEWSDESK CRITICAL: ${explained.text}: ${explained.fix}`)
      return NAGIOS.critical
    }
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    console.log(`NEWSDESK UNKNOWN: ${first}`)
    return NAGIOS.unknown
  }
}
