/** The pages: server-rendered, readable without script, light and dark by the reader's own setting. (pure) */

import { type Html, html } from './html.ts'
import type { SourceStatus, Status } from './status-of.ts'

export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1b1b, #e8e6e3); --paper: light-dark(#fdfcfa, #161616); --soft: light-dark(#6a6a6a, #a3a09b);
  --line: light-dark(#dedbd5, #383838); --accent: light-dark(#8a1c1c, #ff8f85); --good: light-dark(#1d6b37, #7fd39b); --bad: light-dark(#a61b1b, #ff9d92) }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: baseline; border-bottom: 3px double var(--line); margin-bottom: 1rem }
header h1 { font: 700 1.6rem/1.2 Georgia, serif; margin: 0 0 .5rem }
nav { display: flex; gap: 1rem; margin-left: auto; align-items: baseline }
a { color: var(--accent) }
table { border-collapse: collapse; width: 100%; font-size: .93rem }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
th { color: var(--soft); font-weight: 600 }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto }
.fresh { color: var(--good) } .failing, .late { color: var(--bad) } .soft { color: var(--soft); font-size: .87rem }
button { font: inherit; padding: .2rem .7rem; border: 1px solid var(--line); border-radius: .3rem; background: transparent; color: inherit; cursor: pointer }
button:hover, button:focus-visible { border-color: var(--accent); color: var(--accent) }
input { font: inherit; padding: .4rem .6rem; border: 1px solid var(--soft); border-radius: .3rem; background: transparent; color: inherit; width: 100% }
form.card { max-width: 24rem; margin: 3rem auto; display: grid; gap: .8rem } form.card button { padding: .5rem }
.notice { border-left: 4px solid var(--accent); padding: .4rem .8rem; margin: .8rem 0 }
`

/** A folded page, as an SVG within the address: no request, no file. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%238a1c1c' d='M2 1h12v14H2z'/%3E%3Cpath stroke='%23fff' stroke-width='1.4' d='M4 4.5h8M4 8h8M4 11.5h5'/%3E%3C/svg%3E"

/** Password managers file a password under a name: there is one admin. */
const ADMIN = html`<input hidden name="username" value="admin" autocomplete="username" readonly>`

export const page = (title: string, body: Html, nav: Html | null): string =>
  html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} · newsdesk</title><link rel="icon" href="${ICON}"><link rel="stylesheet" href="/admin.css"></head>
<body><header><h1>newsdesk</h1>${nav}</header><main>${body}</main></body>
</html>
`.markup

export const NAV = html`<nav><a href="/">Overview</a><a href="/queues">Queues</a><a href="/quarantine">Quarantine</a><form method="post" action="/logout"><button>Log out</button></form></nav>`

export const notice = (text: string | null): Html | null =>
  text === null ? null : html`<p class="notice" role="status">${text}</p>`

export const loginPage = (message: string | null, hasPassword: boolean): string =>
  page(
    'Log in',
    hasPassword
      ? html`<form class="card" method="post" action="/login"><h2>Log in</h2>${notice(message)}${ADMIN}
<label for="password">Password of the admin</label><input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button></form>`
      : html`<div class="card"><h2>No password yet</h2><p>newsdesk printed a one-time set-up link when it started. Open it to set the admin's password; restart newsdesk for a new link.</p></div>`,
    null,
  )

export const setupPage = (token: string, message: string | null, shortest: number): string =>
  page(
    'Set up',
    html`<form class="card" method="post" action="/setup"><h2>Set the admin's password</h2>${notice(message)}${ADMIN}
<input type="hidden" name="token" value="${token}">
<label for="password">New password, ${shortest} characters or more</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="${shortest}" required autofocus>
<button>Set password</button></form>`,
    null,
  )

export const messagePage = (title: string, text: string): string =>
  page(title, html`<h2>${title}</h2><p>${text}</p><p><a href="/login">Log in</a></p>`, null)

const span = (ms: number): string => {
  const size = Math.abs(ms)
  return size < 90_000
    ? `${Math.round(size / 1_000)} s`
    : size < 5_400_000
      ? `${Math.round(size / 60_000)} min`
      : size < 172_800_000
        ? `${Math.round(size / 3_600_000)} h`
        : `${Math.round(size / 86_400_000)} d`
}

export const when = (at: number | null, now: number): string =>
  at === null ? 'never' : at <= now ? `${span(now - at)} ago` : `in ${span(at - now)}`

const sourceRow = ({ source, state, late }: SourceStatus, now: number): Html => html`<tr>
<td><a href="${source.site ?? source.url}" rel="noreferrer">${source.name}</a><br><span class="soft">${source.id} · ${source.section} · ${source.language}</span></td>
<td class="${late > 0 ? 'late' : state.status}">${source.enabled ? (late > 0 ? `late by ${span(late)}` : state.status) : 'paused'}${state.lastError ? html`<br><span class="soft">${state.lastError.reason}: ${state.lastError.detail}</span>` : ''}</td>
<td>${when(state.lastFetchAt, now)}</td>
<td>${when(state.nextAt, now)}<br><span class="soft">${state.nextReason}</span>${state.adopted ? html`<br><span class="soft">moved to ${state.adopted.url}</span>` : ''}</td>
<td class="number">${state.newItems}</td>
<td><form method="post" action="/sources/${source.id}/crawl"><button aria-label="Re-crawl ${source.name}">Re-crawl</button></form></td></tr>`

/** How newsdesk is, in a line. */
const summary = ({ sources, daemons, articles, events, quarantine, redis, problems }: Status): string => {
  const by = new Map<string, number>()
  for (const { source, state } of sources) {
    const how = source.enabled ? state.status : 'paused'
    by.set(how, (by.get(how) ?? 0) + 1)
  }
  return [
    problems.length === 0 ? 'All is well' : null,
    `${sources.length} sources (${[...by].map(([how, count]) => `${count} ${how}`).join(', ')})`,
    `${articles.stories} stories`,
    `${events.waiting} events waiting`,
    quarantine.bodies > 0 ? `${quarantine.bodies} in quarantine` : null,
    `${daemons.length} ${daemons.length === 1 ? 'daemon' : 'daemons'}`,
    `Redis ${redis.version}, ${(redis.memory / 2 ** 20).toFixed(1)} MB`,
  ]
    .filter(part => part !== null)
    .join(' · ')
}

export const overviewPage = (
  status: Status,
  lists: readonly { name: string; count: number }[],
  message: string | null,
  now: number,
): string =>
  page(
    'Overview',
    html`${notice(message)}${status.problems.map(problem => html`<p class="notice">${problem}</p>`)}
<p>${summary(status)}</p>
<h2>Sources</h2><div class="wide"><table><thead><tr><th>Source</th><th>State</th><th>Last fetch</th><th>Next fetch</th><th class="number">Articles</th><th><span hidden>Action</span></th></tr></thead>
<tbody>${status.sources.map(each => sourceRow(each, now))}</tbody></table></div>
<h2>Queues</h2><div class="wide"><table><thead><tr><th>Queue</th><th class="number">Waiting</th><th class="number">Active</th><th class="number">Delayed</th><th class="number">Failed</th></tr></thead><tbody>${Object.entries(
      status.queues,
    ).map(
      ([name, counts]) =>
        html`<tr><td><a href="/queues/queue/${name}">${name}</a></td><td class="number">${counts.waiting ?? 0}</td><td class="number">${counts.active ?? 0}</td><td class="number">${counts.delayed ?? 0}</td><td class="number">${counts.failed ?? 0}</td></tr>`,
    )}</tbody></table></div>
<h2>Lists</h2><div class="wide"><table><thead><tr><th>List</th><th class="number">Entries</th></tr></thead><tbody>${lists.map(({ name, count }) => html`<tr><td>${name}</td><td class="number">${count}</td></tr>`)}</tbody></table></div>`,
    NAV,
  )
