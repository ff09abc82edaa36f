/** How newsdesk is, at a look: what is wrong first. (pure) */

import { type Html, html } from '../html.ts'
import { STATES, type StateWord, type Status } from '../status-of.ts'
import { table } from './table.ts'

export interface OverviewView {
  readonly status: Status
  readonly states: ReadonlyMap<StateWord, number>
  readonly lists: readonly { readonly name: string; readonly count: number }[]
}

const summary = ({ status, states }: OverviewView): string => {
  const { sources, daemons, articles, events, quarantine, redis, problems } = status
  const by = STATES.filter(state => states.has(state)).map(state => `${states.get(state)} ${state}`)
  return [
    problems.length === 0 ? 'All is well' : null,
    `${sources.length} sources${by.length > 0 ? ` (${by.join(', ')})` : ''}`,
    `${articles.stories} stories`,
    `${events.waiting} events waiting`,
    quarantine.bodies > 0 ? `${quarantine.bodies} in quarantine` : null,
    `${daemons.length} ${daemons.length === 1 ? 'daemon' : 'daemons'}`,
    `Redis ${redis.version}, ${(redis.memory / 2 ** 20).toFixed(1)} MB`,
  ]
    .filter(part => part !== null)
    .join(' · ')
}

export const overviewPage = (view: OverviewView): Html => {
  const { status, states, lists } = view
  return html`${status.problems.map(problem => html`<p class="notice">${problem}</p>`)}<p>${summary(view)}</p>
<h2>Sources</h2><ul class="facets">${STATES.filter(state => states.has(state)).map(state => html`<li><a href="/sources?state=${state}">${state} ${states.get(state) ?? 0}</a></li>`)}<li><a href="/sources">all ${status.sources.length}</a></li></ul>
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
    Object.entries(status.queues),
  )}
<h2>Lists</h2>${table(
    'Lists, entries in each',
    [
      { title: 'List', heads: true, cell: ({ name }) => name },
      { title: 'Entries', kind: 'number', cell: ({ count }) => count },
    ],
    lists,
  )}`
}
