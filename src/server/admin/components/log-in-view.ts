/** Pages for users who are not logged in or not permitted: log-in, first password, and plain messages. (pure) */

import { type Html, html } from './html.ts'

/** The log-in form; its fields are kept after a wrong attempt. */
export interface LoginView {
  readonly problem: string | null
  readonly anyUser: boolean
  /** Path of ours to go to afterwards. */
  readonly next: string
  readonly name: string
}

const showProblem = (problem: string | null): Html | null =>
  problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`

export const loginPage = ({ problem, anyUser, next, name }: LoginView): Html =>
  anyUser
    ? html`<form class="card" method="post" action="/login">${showProblem(problem)}<input type="hidden" name="next" value="${next}">
<label for="user">User</label><input id="user" name="user" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" required${name === '' ? html` autofocus` : null}>
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required${name === '' ? null : html` autofocus`}>
<button class="main">Log in</button></form>`
    : html`<div class="card"><p>There is no user yet. newsdesk printed a one-time set-up link when it started: open it to set the password of the user <strong>admin</strong>. Restart newsdesk for a new link, or create a user on the command line: <code>newsdesk users add</code>.</p></div>`

export const setupPage = (token: string, problem: string | null, shortest: number): Html =>
  html`<form class="card" method="post" action="/setup"><p>You will be the user <strong>admin</strong>.</p>${showProblem(problem)}<input type="hidden" name="token" value="${token}">
<input class="unseen" name="user" value="admin" autocomplete="username" readonly tabindex="-1" aria-hidden="true">
<label for="password">New password, ${shortest} characters or more</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="${shortest}" required autofocus>
<button class="main">Set password and log in</button></form>`

/** Sets the password of a user who has a link from an admin. */
export const resetPage = ({
  user,
  token,
  problem,
  shortest,
}: {
  readonly user: string
  readonly token: string
  readonly problem: string | null
  readonly shortest: number
}): Html =>
  html`<form class="card" method="post" action="/reset"><p>You are the user <strong>${user}</strong>.</p>${showProblem(problem)}<input type="hidden" name="token" value="${token}">
<input class="unseen" name="user" value="${user}" autocomplete="username" readonly tabindex="-1" aria-hidden="true">
<label for="password">New password, ${shortest} characters or more</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="${shortest}" required autofocus>
<button class="main">Set password and log in</button></form>`

export const messagePage = (text: string, way: { readonly href: string; readonly label: string } | null): Html =>
  html`<p>${text}</p>${way ? html`<p><a href="${way.href}">${way.label}</a></p>` : null}`
