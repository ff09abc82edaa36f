/** `newsdesk status`: how newsdesk is, on one screen, once or until it is ended. */

import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'
import stringWidth from 'string-width'
import { type Status, stateOf } from '../../use-cases/source-status.ts'
import { readStatus } from '../../use-cases/status.ts'
import { openScreen } from '../../util/screen.ts'
import { sleepUnlessAborted } from '../../util/sleep.ts'
import { fitTo } from '../../util/table.ts'
import { withSession } from '../session.ts'

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const articlesText = ({ articles, oldest, memory, evicted, pending, isEvicting }: Status['articles']): string =>
  [
    `${articles}${oldest === null ? '' : `, the oldest of ${new Date(oldest).toISOString().slice(0, 10)}`}`,
    ...(memory > 0 ? [`memory to ${(memory / 1_048_576).toFixed(0)} MB`] : []),
    ...(isEvicting ? ['the oldest leave for want of room'] : []),
    ...(pending > 0 ? [`${pending} leaving`] : []),
    ...(evicted > 0 ? [`${evicted} left for want of room so far`] : []),
  ].join(', ')

/** Status as lines for a terminal, the same once and under `--watch`. */
const statusLines = ({
  daemons,
  queues,
  sources,
  events,
  push,
  quarantine,
  redis,
  articles,
  problems,
}: Status): string[] => {
  const line = (head: string, text: string): string => `${pc.bold(head.padEnd(9))} ${text}`
  const count = (of: string) => sources.filter(each => stateOf(each) === of).length
  const states = ['fresh', 'new', 'failing', 'retired', 'silent', 'late', 'paused']
    .filter(of => count(of) > 0)
    .map(of => `${count(of)} ${of}`)
  const refusals = Object.entries(events.refused).map(([reason, times]) => `${times} ${reason}`)
  return [
    line('Daemons', daemons.map(({ id, roles }) => `${id} (${roles.join(', ')})`).join('; ') || 'none'),
    line('Sources', `${sources.length}: ${states.join(', ')}`),
    ...Object.entries(queues).map(([name, jobs]) =>
      line(
        name,
        `${jobs.waiting ?? 0} waiting, ${jobs.active ?? 0} active, ${jobs.delayed ?? 0} delayed, ${jobs.failed ?? 0} failed`,
      ),
    ),
    line('Stories', String(articles.stories)),
    line('Articles', articlesText(articles)),
    line(
      'Push',
      push.on
        ? `${push.active} of ${push.subscriptions} subscriptions active, ${push.working} sources brought by push, ${push.deliveries} deliveries${push.ignored > 0 ? `, ${push.ignored} ignored` : ''}`
        : 'off: push.baseUrl is not set',
    ),
    line('Events', `${events.waiting} waiting${refusals.length > 0 ? `; refused: ${refusals.join(', ')}` : ''}`),
    ...(quarantine.bodies > 0
      ? [
          line(
            'Kept',
            `${plural(quarantine.bodies, 'unreadable body', 'unreadable bodies')} of ${plural(quarantine.sources, 'source', 'sources')}: \`newsdesk quarantine\``,
          ),
        ]
      : []),
    line('Redis', `${redis.version}, ${(redis.memory / 1_048_576).toFixed(1)} MB, ${redis.policy}`),
    ...problems.map(problem => pc.red(`! ${problem}`)),
    ...(problems.length === 0 ? [pc.green('All is well.')] : []),
  ]
}

/** Colours go with what is too long for the terminal. */
const cut = (line: string, cells: number): string =>
  stringWidth(line) <= cells ? line : fitTo(stripVTControlCharacters(line), cells)

/** ms between two looks under `--watch`. */
const LOOK = 2_000

/** Shows the status until it is ended, on a screen of its own where there is a terminal, else a block after another. */
const watchStatus = async (read: () => Promise<Status>): Promise<void> => {
  const ended = new AbortController()
  const end = () => ended.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end)
  const screen = process.stdout.isTTY ? openScreen(end) : null
  try {
    while (!ended.signal.aborted) {
      const lines = [
        `newsdesk, ${new Date().toLocaleTimeString()}${screen ? pc.dim('  (q ends)') : ''}`,
        '',
        ...statusLines(await read()),
      ]
      if (screen) screen.draw([...lines.map(each => cut(each, screen.width)), ''].slice(0, screen.height))
      else console.log(`${lines.join('\n')}\n`)
      await sleepUnlessAborted(LOOK, ended.signal)
    }
  } finally {
    screen?.close()
  }
}

/** @returns 0 where all is well, 1 where something is wrong: for monitoring. Under `watch` 0 when it is ended. */
export const statusCommand = (configDir: string, { json, watch }: { json: boolean; watch: boolean }): Promise<number> =>
  withSession(configDir, async session => {
    const read = () => readStatus({ ...session, now: Date.now })
    if (watch) {
      await watchStatus(read)
      return 0
    }
    const status = await read()
    if (json) console.log(JSON.stringify(status, null, 2))
    else for (const line of statusLines(status)) console.log(line)
    return status.problems.length > 0 ? 1 : 0
  })
