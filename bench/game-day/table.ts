/** The outcome of a game day as a table for docs/operating.md. (pure) */

import type { Outcome, Seen } from './run.ts'

const seconds = (seen: readonly Seen[]): string =>
  seen.some(({ ms }) => ms === null) ? 'missed' : (Math.max(...seen.map(({ ms }) => ms ?? 0)) / 1_000).toFixed(1)

const said = (seen: readonly Seen[], surface: string): string =>
  (seen.find(each => each.surface === surface)?.said ?? '')
    .replace(/^! /, '')
    .replace(/127\.0\.0\.1:\d{4,}/g, '127.0.0.1:6379')
    .replaceAll('|', '\\|')

const CHECKED = ['0', '1', '2', '3']

export const formatTable = (outcomes: readonly Outcome[]): string =>
  [
    '| | `status`, and the overview of the admin UI | `--check` | `/readyz` | metric | log | told after, s | over after, s |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...outcomes.map(({ condition: { name, expected }, begun, ended }) => {
      const { check, ready, metric, log } = expected
      return `| ${[
        name,
        said(begun, 'status'),
        CHECKED[check],
        ready === null ? '200' : ready.test('fetch failed') ? 'none' : '503',
        metric === null ? '' : `\`${metric[0]}\` ${metric[1]}`,
        log
          .filter(event => event !== null)
          .map(event => `\`${event}\``)
          .join(', '),
        seconds(begun),
        seconds(ended),
      ].join(' | ')} |`
    }),
  ].join('\n')
