/** One's own account. (pure) */

import { MIN_PASSWORD_LENGTH, type Who } from '../../../../domain/actor.ts'
import type { Preferences } from '../../auth/preferences.ts'
import type { ListedSession } from '../../auth/session-index.ts'
import { type Html, html } from '../../components/html.ts'
import { type HtmlColumn, table, unseen } from '../../components/table.ts'
import { when } from '../../components/time.ts'

export interface AccountView {
  readonly who: Who
  readonly sessions: readonly (ListedSession & { readonly isOwn: boolean })[]
  readonly preferences: Preferences
  readonly now: number
}

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const
const SYSTEMS = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS X', 'Linux'] as const

/** A User-Agent as people say it: `Firefox on Linux`. */
export const describeAgent = (agent: string): string => {
  const browser = BROWSERS.find(([mark]) => agent.includes(mark))?.[1]
  const system = SYSTEMS.find(name => agent.includes(name))
  if (browser === undefined) return agent.slice(0, 60) || 'unknown browser'
  return system === undefined ? browser : `${browser} on ${system}`
}

const columns = (now: number): readonly HtmlColumn<AccountView['sessions'][number]>[] => [
  {
    title: 'Browser',
    heads: true,
    cell: ({ agent, isOwn }) =>
      html`${describeAgent(agent)}${isOwn ? html` <span class="soft">this one</span>` : null}`,
  },
  { title: 'Address', cell: ({ address }) => address },
  { title: 'Logged in', cell: ({ at }) => when(at, now) },
  {
    title: unseen('End'),
    cell: ({ id, agent, isOwn }) =>
      isOwn
        ? null
        : html`<form method="post" action="/account/sessions/end" data-in-place><input type="hidden" name="id" value="${id}"><button aria-label="End the session of ${describeAgent(agent)}">End</button></form>`,
  },
]

/** Languages offered for dates and numbers; any other tag may be typed. */
const LOCALES = ['en-GB', 'en-US', 'de', 'es', 'fr', 'it', 'nl', 'pl', 'pt-BR', 'sv', 'tr', 'ar', 'he', 'ja', 'zh-CN']

const passwordPart: Html = html`<form class="edit settings" method="post" action="/account/password" data-in-place><fieldset><legend>Password</legend>
<label>Current password<input name="current" type="password" autocomplete="current-password" required></label>
<label>New password, ${MIN_PASSWORD_LENGTH} characters or more<input name="password" type="password" autocomplete="new-password" minlength="${MIN_PASSWORD_LENGTH}" required></label>
<p class="buttons"><button class="main">Change password</button></p><p class="soft">It ends your sessions in all other browsers.</p></fieldset></form>`

export const accountPage = ({ who, sessions, preferences, now }: AccountView): Html =>
  html`<p>You are <strong>${who.name}</strong>, ${who.role}.${who.by === 'session' ? null : ' Your account is kept elsewhere: its password and sessions are not changed here.'}</p>
<form class="edit settings" method="post" action="/account/preferences" data-in-place><fieldset><legend>Dates and numbers</legend>
<label>Language, such as de or pt-BR; empty: as your browser<input name="locale" value="${preferences.locale}" list="locales" autocomplete="off"></label><datalist id="locales">${LOCALES.map(locale => html`<option value="${locale}"></option>`)}</datalist>
<label>Time zone, such as Europe/Berlin; empty: as your browser<input name="zone" value="${preferences.zone}" list="zones" autocomplete="off"></label><datalist id="zones"></datalist>
<p class="buttons"><button class="main">Save</button></p></fieldset></form>${
    who.by === 'session'
      ? html`${passwordPart}<h2>Sessions</h2>${table('Your sessions', columns(now), sessions)}${
          sessions.length > 1
            ? html`<form method="post" action="/account/sessions/end" data-in-place class="buttons"><button>End all others</button></form>`
            : null
        }`
      : null
  }`
