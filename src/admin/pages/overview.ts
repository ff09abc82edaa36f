/** How newsdesk is, at a look: what is wrong first, then how the day went. (pure) */

import { type Html, html } from '../html.ts'
import { STATES, type Summary } from '../status-of.ts'
import { type Plot, plot } from './plot.ts'
import { table } from './table.ts'
import { when } from './time.ts'

export interface OverviewView {
  readonly status: Summary
  readonly plots: readonly Plot[]
  readonly lists: readonly { readonly name: string; readonly count: number; readonly changedAt: number | null }[]
  /** ms since the epoch. */
  readonly now: number
}

const summary = ({ sources, states, daemons, articles, events, quarantine, redis, problems }: Summary): string => {
  const by = STATES.filter(state => states[state] !== undefined).map(state => `${states[state]} ${state}`)
  return [
    problems.length === 0 ? 'All is well' : null,
    `${sources} sources${by.length > 0 ? ` (${by.join(', ')})` : ''}`,
    `${articles.stories} stories`,
    `${events.waiting} events waiting`,
    quarantine.bodies > 0 ? `${quarantine.bodies} in quarantine` : null,
    `${daemons.length} ${daemons.length === 1 ? 'daemon' : 'daemons'}`,
    `Redis ${redis.version}, ${(redis.memory / 2 ** 20).toFixed(1)} MB`,
  ]
    .filter(part => part !== null)
    .join(' · ')
}

export const overviewPage = ({ status, plots, lists, now }: OverviewView): Html => {
  const { problems, states, sources, queues } = status
  return html`${problems.map(problem => html`<p class="notice">${problem}</p>`)}<p>${summary(status)}</p>
<h2>Sources</h2><ul class="facets">${STATES.filter(state => states[state] !== undefined).map(state => html`<li><a href="/sources?state=${state}">${state} ${states[state] ?? 0}</a></li>`)}<li><a href="/sources">all ${sources}</a></li></ul>
<h2>The last day</h2><div class="plots">${plots.map(plot)}</div>
<h2>Queues</h2>${table(
    'Queues, jobs by state',
    [
      { title: 'Queue', heads: true, cell: ([name]) => html`<a href="/queues/queue/${name}">${name}</a>` },
      ...(['waiting', 'active', 'delayed', 'failed'] as const).map(state => ({
        title: state,
        kind: 'number' as const,
        cell: ([, counts]: [string, Readonly<Record<string, number>>]) => counts[state] ?? 0,
      })),
    ],
    Object.entries(queues),
  )}
<h2>Lists</h2>${table(
    'Lists, entries in each',
    [
      { title: 'List', heads: true, cell: ({ name }) => name },
      { title: 'Entries', kind: 'number', cell: ({ count }) => count },
      { title: 'Changed', cell: ({ changedAt }) => when(changedAt, now) },
    ],
    lists,
  )}`
}
