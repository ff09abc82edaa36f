/** The status of newsdesk: problems first, then the last day. (pure) */

import { STATES, type Summary } from '../../../../use-cases/source-status.ts'
import { type Html, html } from '../../components/html.ts'
import { type Plot, plot } from '../../components/plot.ts'
import { table } from '../../components/table.ts'
import { when } from '../../components/time.ts'

export interface OverviewView {
  readonly status: Summary
  readonly plots: readonly Plot[]
  readonly lists: readonly { readonly name: string; readonly count: number; readonly changedAt: number | null }[]
  /** Log levels that override the configuration. */
  readonly levels: readonly {
    readonly daemon: string
    readonly level: string
    readonly until: number
    readonly by: string
  }[]
  /** All log levels. */
  readonly levelNames: readonly string[]
  readonly mayAct: boolean
  /** ms since the epoch. */
  readonly now: number
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`

const summary = ({ sources, states, daemons, articles, events, quarantine, redis, problems }: Summary): string => {
  const by = STATES.filter(state => states[state] !== undefined).map(state => `${states[state]} ${state}`)
  return [
    problems.length === 0 ? 'All is well' : null,
    `${sources} sources${by.length > 0 ? ` (${by.join(', ')})` : ''}`,
    `${articles.stories} stories`,
    `${articles.articles} articles`,
    articles.evicted > 0 ? `${articles.evicted} evicted for lack of memory` : null,
    `${events.waiting} events waiting`,
    quarantine.bodies > 0 ? `${quarantine.bodies} in quarantine` : null,
    // None can report that it runs while Redis rejects writes.
    redis.rejects === null ? `${daemons.length} ${daemons.length === 1 ? 'daemon' : 'daemons'}` : null,
    `Redis ${redis.version}, ${megabytes(redis.memory)}`,
  ]
    .filter(part => part !== null)
    .join(' · ')
}

/** Not a problem, but worth knowing. */
const evictionNotice = ({ articles, redis }: Summary): Html | null =>
  articles.isEvicting
    ? html`<p class="notice">Redis uses ${megabytes(redis.memory)} of ${megabytes(articles.memory)} (articles.memory): the oldest articles are evicted before they expire.</p>`
    : null

const option = (value: string, label: string): Html => html`<option value="${value}">${label}</option>`

const logs = ({ status, levels, levelNames, mayAct, now }: OverviewView): Html =>
  html`${
    levels.length === 0
      ? html`<p>All daemons log as configured.</p>`
      : html`<ul>${levels.map(({ daemon, level, until, by }) => html`<li>${daemon === '*' ? 'All daemons' : daemon}: <strong>${level}</strong>, set by ${by}, ends ${when(until, now)}</li>`)}</ul>`
  }${
    mayAct
      ? html`<form class="filters" method="post" action="/overview/log"><label>Log level<select name="level">${option('debug', 'debug')}${levelNames.filter(name => name !== 'debug').map(name => option(name, name))}${option('', 'as configured')}</select></label>
<label>Daemon<select name="daemon">${option('*', 'all daemons')}${status.daemons.map(({ id, roles }) => option(id, `${id} (${roles.join(', ')})`))}</select></label>
<label>For<select name="for">${option('10m', 'ten minutes')}${option('1h', 'an hour')}${option('6h', 'six hours')}${option('1d', 'a day')}</select></label><button>Change</button></form>`
      : null
  }`

export const overviewPage = (view: OverviewView): Html => {
  const { status, plots, lists, now } = view
  const { problems, states, sources, queues } = status
  return html`${problems.map(problem => html`<p class="notice">${problem}</p>`)}${evictionNotice(status)}<p>${summary(status)}</p>
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
  )}
<h2>Logs</h2>${logs(view)}`
}
