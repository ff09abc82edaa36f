/** What an act on several sources would do, before it does. (pure) */

import { formatDuration } from '../../../../util/duration.ts'
import { type Html, html } from '../../components/html.ts'
import { plural } from '../../components/time.ts'
import { ACT_NAMES, type Act, type Choice, type Chosen, fieldsOf } from './selection.ts'

export interface ConfirmView {
  readonly choice: Choice
  readonly chosen: Chosen
  /** Of those to be crawled, how many were asked for just now and so will not be. */
  readonly cooling: number
  /** ms */
  readonly coolDown: number
}

/** Names told; the rest is a number. */
const MOST_NAMES = 20

const LEFT: Readonly<Record<Act, string>> = {
  crawl: 'paused, and left alone',
  pause: 'paused already',
  resume: 'polled already',
  remove: '',
}

const SAYS: Readonly<Record<Act, string>> = {
  crawl: 'They are fetched one after the other as their domains allow it, whatever their schedule and backoff say.',
  pause: 'They are polled no more until somebody resumes them. Nothing is forgotten.',
  resume: 'They are polled again, as they fall due.',
  remove:
    'They leave the catalogue, and what is known of them is forgotten: their rhythm, their fetches, their quarantine. Articles stay. Those of sources.yaml can be resumed in the terminal.',
}

export const confirmPage = ({ choice, chosen: { to, left }, cooling, coolDown }: ConfirmView): Html => {
  const act = choice.do
  const names = to.slice(0, MOST_NAMES)
  const lines = [
    `${plural(to.length, 'source')}${to.length === 0 ? ': nothing to do.' : '.'}`,
    left > 0 && LEFT[act] !== '' ? `${left} more ${left === 1 ? 'is' : 'are'} ${LEFT[act]}.` : null,
    cooling > 0
      ? `${cooling} of them ${cooling === 1 ? 'was' : 'were'} asked for within the last ${formatDuration(coolDown)}, and will not be again so soon.`
      : null,
  ].filter(line => line !== null)
  return html`<p><strong>${lines[0] ?? ''}</strong> ${lines.slice(1).join(' ')}</p>${
    to.length === 0
      ? null
      : html`<p>${SAYS[act]}</p><ul>${names.map(({ source, word }) => html`<li>${source.name} <span class="soft">${source.id} · ${word}</span></li>`)}${to.length > names.length ? html`<li>and ${to.length - names.length} more</li>` : null}</ul>
<form method="post" action="/sources/-/act">${fieldsOf(choice).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<p class="buttons"><button class="main">${ACT_NAMES[act]} ${plural(to.length, 'source')}</button></p></form>`
  }<p><a href="/sources">Back to the sources</a></p>`
}
