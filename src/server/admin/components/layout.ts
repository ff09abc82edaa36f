/** The frame of every page: the user, the navigation, what was just done, and the page's body. (pure) */

import type { Who } from '../../../domain/actor.ts'
import { type Html, html } from './html.ts'

export interface NavItem {
  readonly path: string
  readonly label: string
}

export interface Frame {
  readonly title: string
  /** Path of its entry in the navigation. */
  readonly at: string
  /** null if nobody is logged in: then there is no navigation. */
  readonly who: Who | null
  readonly nav: readonly NavItem[]
  /** What was just done, told once; null for nothing. */
  readonly flash: FrameFlash | null
  /** Path and query of this page, without the message. */
  readonly here: string
  /** How the user wants dates and numbers shown; null for as the browser has it. */
  readonly preferences: { readonly locale: string; readonly zone: string } | null
  /** ms since the epoch, by which scripts tell how long ago something was. */
  readonly now: number
  /** Adds the version of an asset to its URL, so that browsers may cache it for long. */
  readonly asset: (name: string) => string
}

const SCRIPTS = ['admin.js', 'in-place.js', 'live.js'] as const

/** As web/flashes.ts stores it. */
export interface FrameFlash {
  readonly text: string
  readonly undo: string | null
  readonly crawl?: { readonly source: string; readonly since: number } | undefined
}

/** What was done, with a button that undoes it; the outcome of a re-crawl follows it. */
const toast = ({ text, undo, crawl }: FrameFlash, here: string): Html =>
  html`<div class="toast"><div class="told"${crawl ? html` id="asked" data-watch="sources" data-watch-from="/sources/-/asked?since=${crawl.since}"` : null}><span${crawl ? html` data-key="${crawl.source}"` : null}>${text}</span></div>${
    undo === null
      ? null
      : html`<form method="post" action="/undo" data-in-place><input type="hidden" name="undo" value="${undo}"><input type="hidden" name="back" value="${here}"><button>Undo</button></form>`
  }<a class="dismiss" href="${here}" aria-label="Dismiss">✕</a></div>`

const navLink = ({ path, label }: NavItem, at: string): Html =>
  html`<li><a href="${path}"${path === at ? html` aria-current="page"` : null}>${label}</a></li>`

const account = ({ name, role, by }: Who): Html =>
  html`<div class="account"><span><a href="/account">${name}</a> <span class="soft">${role}</span></span>${
    // Users of a proxy or a token have no session to end.
    by === 'session' ? html`<form method="post" action="/logout"><button>Log out</button></form>` : null
  }</div>`

export const layout = ({ title, at, who, nav, flash, here, preferences, now, asset }: Frame, body: Html): string =>
  html`<!doctype html>
<html lang="en" data-now="${now}"${preferences?.locale ? html` data-locale="${preferences.locale}"` : null}${preferences?.zone ? html` data-zone="${preferences.zone}"` : null}>
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title} · newsdesk</title>
<link rel="icon" href="${asset('icon.svg')}" type="image/svg+xml"><link rel="stylesheet" href="${asset('admin.css')}">${SCRIPTS.map(name => html`<script type="module" src="${asset(name)}"></script>`)}</head>
<body><a class="skip" href="#main">Skip to content</a>
<header><a class="name" href="/">newsdesk</a>${
    who
      ? html`<nav aria-label="Pages"><ul>${nav.map(item => navLink(item, at))}</ul></nav><form class="find" role="search" aria-label="Everything" action="/search"><input type="search" name="q" placeholder="Search all" aria-label="Search sources, articles and stories" autocomplete="off"></form>${account(who)}`
      : null
  }</header>
<main id="main" tabindex="-1"><h1>${title}</h1>
${body}</main><div id="told" role="status">${flash ? toast(flash, here) : null}</div></body>
</html>
`.markup
