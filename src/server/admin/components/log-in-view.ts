/** Pages of who is not in yet, or may not: log in, the first password, and plain messages. (pure) */

import { type Html, html } from './html.ts'

/** Form fields of the log-in, kept through a wrong try. */
export interface LoginView {
  readonly problem: string | null
  readonly anyUser: boolean
  /** Where to go afterwards: a path of ours. */
  readonly next: string
  readonly name: string
}

const problemOf = (problem: string | null): Html | null =>
  problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`

export const loginPage = ({ problem, anyUser, next, name }: LoginView): Html =>
  anyUser
    ? html`<form class="card" method="post" action="/login">${problemOf(problem)}<input type="hidden" name="next" value="${next}">
<label for="user">User</label><input id="user" name="user" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" required${name === '' ? html` autofocus` : null}>
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required${name === '' ? null : html` autofocus`}>
<button class="main">Log in</button></form>`
    : html`<div class="card"><p>There is no user yet. newsdesk printed a one-time set-up link when it started: open it to set the password of the user <strong>admin</strong>. Restart newsdesk for a new link, or make a user in the terminal: <code>newsdesk users add</code>.</p></div>`

export const setupPage = (token: string, problem: string | null, shortest: number): Html =>
  html`<form class="card" method="post" action="/setup"><p>You will be the user <strong>admin</strong>.</p>${problemOf(problem)}<input type="hidden" name="token" value="${token}">
<input class="unseen" name="user" value="admin" autocomplete="username" readonly tabindex="-1" aria-hidden="true">
<label for="password">New password, ${shortest} characters or more</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="${shortest}" required autofocus>
<button class="main">Set password and log in</button></form>`

export const messagePage = (text: string, way: { readonly href: string; readonly label: string } | null): Html =>
  html`<p>${text}</p>${way ? html`<p><a href="${way.href}">${way.label}</a></p>` : null}`
