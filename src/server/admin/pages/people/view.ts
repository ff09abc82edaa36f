/** Users and tokens: tables, forms, and what is shown once. (pure) */

import { ROLES, type UserRole } from '../../../../domain/actor.ts'
import type { Token } from '../../auth/tokens.ts'
import type { User } from '../../auth/users.ts'
import { type Html, html } from '../../components/html.ts'
import { type HtmlColumn, table, unseen } from '../../components/table.ts'
import { plural, when } from '../../components/time.ts'

export interface UsersView {
  readonly users: readonly (User & { readonly sessions: number })[]
  /** The user who looks. */
  readonly own: string
  readonly now: number
}

const WHAT_ROLES_MAY: Readonly<Record<UserRole, string>> = {
  viewer: 'sees every page but these',
  editor: 'also pins, blocks, moves, merges and splits',
  admin: 'also changes sources, queues and users',
}

const roleOptions = (chosen: UserRole): readonly Html[] =>
  ROLES.map(role => html`<option value="${role}"${role === chosen ? html` selected` : null}>${role}</option>`)

const roles: Html = html`<p class="soft">${ROLES.map((role, at) => html`${at > 0 ? '; ' : null}${role === 'viewer' ? 'a' : 'an'} <strong>${role}</strong> ${WHAT_ROLES_MAY[role]}`)}.</p>`

const tabs = (at: 'users' | 'tokens'): Html =>
  html`<nav aria-label="People"><ul class="facets">${(['users', 'tokens'] as const).map(each => html`<li><a href="/${each}"${each === at ? html` aria-current="true"` : null}>${each === 'users' ? 'Users' : 'Tokens of scripts'}</a></li>`)}</ul></nav>`

const userColumns = ({ own, now }: UsersView): readonly HtmlColumn<UsersView['users'][number]>[] => [
  {
    title: 'User',
    heads: true,
    cell: ({ name }) => html`${name}${name === own ? html` <span class="soft">you</span>` : null}`,
  },
  {
    title: 'Role',
    cell: ({ name, role }) =>
      html`<form class="actions" method="post" action="/users/${name}/role" data-in-place><select name="role" aria-label="Role of ${name}">${roleOptions(role)}</select><button aria-label="Change the role of ${name}">Change</button></form>`,
  },
  { title: 'Since', cell: ({ addedAt }) => when(addedAt, now) },
  {
    title: 'Sessions',
    cell: ({ name, sessions }) =>
      sessions === 0
        ? 'none'
        : html`<form class="actions" method="post" action="/users/${name}/sessions/end" data-in-place>${sessions} <button aria-label="End all sessions of ${name}">End</button></form>`,
  },
  {
    title: unseen('Actions'),
    cell: ({ name }) =>
      html`<div class="actions"><form method="post" action="/users/${name}/reset"><button aria-label="Password link for ${name}">Password link</button></form><form method="post" action="/users/${name}/remove" data-in-place><button aria-label="Remove ${name}" data-confirm="Remove ${name}? This cannot be undone.">Remove</button></form></div>`,
  },
]

export const usersPage = (view: UsersView): Html => html`${tabs('users')}${roles}
${view.users.length === 0 ? html`<p>There are no users with a password.</p>` : table('Users', userColumns(view), view.users)}
<form class="filters" method="post" action="/users" aria-label="Add a user"><label>Name<input name="name" maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" required></label><label>Role<select name="role">${roleOptions('editor')}</select></label><button>Add a user</button></form>
<p class="soft">The new user gets a link to set a password.</p>`

const tokenColumns = (now: number): readonly HtmlColumn<Token>[] => [
  { title: 'Token', heads: true, cell: ({ name, id }) => html`${name} <span class="soft">${id}</span>` },
  { title: 'Role', cell: ({ role }) => role },
  { title: 'Since', cell: ({ addedAt }) => when(addedAt, now) },
  { title: 'Until', cell: ({ until }) => (until === null ? 'no end' : when(until, now)) },
  { title: 'Last used', cell: ({ usedAt }) => when(usedAt, now) },
  {
    title: unseen('Actions'),
    cell: ({ name, id }) =>
      html`<form method="post" action="/tokens/${id}/revoke" data-in-place><button aria-label="Revoke the token of ${name}" data-confirm="Revoke the token of ${name}? This cannot be undone.">Revoke</button></form>`,
  },
]

export const tokensPage = ({ tokens, now }: { readonly tokens: readonly Token[]; readonly now: number }): Html =>
  html`${tabs('tokens')}${roles}${tokens.length === 0 ? html`<p>There are no tokens.</p>` : table(`Tokens: ${plural(tokens.length, 'script')}`, tokenColumns(now), tokens)}
<form class="filters" method="post" action="/tokens" aria-label="Add a token"><label>Name<input name="name" maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" required></label><label>Role<select name="role">${roleOptions('viewer')}</select></label><label>For<select name="for"><option value="90d">90 days</option><option value="365d">a year</option><option value="">no end</option></select></label><button>Add a token</button></form>`

/** A secret that is shown once. */
export const secretPage = ({
  text,
  secret,
  label,
  back,
}: {
  readonly text: string
  readonly secret: string
  readonly label: string
  readonly back: string
}): Html =>
  html`<p>${text}</p><p class="copy"><label>${label}<input readonly value="${secret}" size="70"></label> <button type="button" data-copy>Copy</button></p><p><a href="${back}">Back</a></p>`
