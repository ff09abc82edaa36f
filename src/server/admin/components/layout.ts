/** The frame of every page: the user, the navigation, and the page's body. (pure) */

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
  /** The outcome of the last action, in words that we wrote. */
  readonly message?: string | Html | null
  /** ms since the epoch, by which scripts tell how long ago something was. */
  readonly now: number
  /** Adds the version of an asset to its URL, so that browsers may cache it for long. */
  readonly asset: (name: string) => string
}

const navLink = ({ path, label }: NavItem, at: string): Html =>
  html`<li><a href="${path}"${path === at ? html` aria-current="page"` : null}>${label}</a></li>`

const account = ({ name, role, by }: Who): Html =>
  html`<div class="account"><span><strong>${name}</strong> <span class="soft">${role}</span></span>${
    // Users of a proxy or a token have no session to end.
    by === 'session' ? html`<form method="post" action="/logout"><button>Log out</button></form>` : null
  }</div>`

export const layout = ({ title, at, who, nav, message, now, asset }: Frame, body: Html): string =>
  html`<!doctype html>
<html lang="en" data-now="${now}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title} · newsdesk</title>
<link rel="icon" href="${asset('icon.svg')}" type="image/svg+xml"><link rel="stylesheet" href="${asset('admin.css')}"><script type="module" src="${asset('admin.js')}"></script><script type="module" src="${asset('live.js')}"></script></head>
<body><a class="skip" href="#main">Skip to content</a>
<header><a class="name" href="/">newsdesk</a>${
    who ? html`<nav aria-label="Pages"><ul>${nav.map(item => navLink(item, at))}</ul></nav>${account(who)}` : null
  }</header>
<main id="main" tabindex="-1"><h1>${title}</h1>${message ? html`<div class="notice" role="status">${message}</div>` : null}
${body}</main></body>
</html>
`.markup
