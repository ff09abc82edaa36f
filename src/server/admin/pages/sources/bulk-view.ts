/** Confirms an action on several sources. (pure) */

import { formatDuration } from '../../../../util/duration.ts'
import { type Html, html } from '../../components/html.ts'
import { plural } from '../../components/time.ts'
import { ACTION_NAMES, type Action, type BulkChoice, type ChosenSources, toFields } from './selection.ts'

export interface ConfirmView {
  readonly choice: BulkChoice
  readonly chosen: ChosenSources
  /** How many of the sources to crawl are cooling down and will be skipped. */
  readonly cooling: number
  /** ms */
  readonly coolDown: number
  /** Path of the page that it was chosen on. */
  readonly back: string
}

/** Maximum number of names shown; the rest is a number. */
const MAX_NAMES = 20

const SKIPPED: Readonly<Record<Action, string>> = {
  crawl: 'paused and will be skipped',
  pause: 'already paused',
  resume: 'already being polled',
  remove: '',
}

const EFFECTS: Readonly<Record<Action, string>> = {
  crawl: 'They are fetched as soon as their domains allow, regardless of schedule and backoff.',
  pause: 'They are not polled until somebody resumes them. No data is deleted.',
  resume: 'They are polled again on their schedule.',
  remove:
    'They are removed from the catalogue, and their data is deleted: publishing model, fetches, quarantine. Articles stay. For a quarter of an hour the sources can be brought back, but not their data.',
}

export const confirmPage = ({ choice, chosen: { to, left }, cooling, coolDown, back }: ConfirmView): Html => {
  const act = choice.do
  const names = to.slice(0, MAX_NAMES)
  const lines = [
    `${plural(to.length, 'source')}${to.length === 0 ? ': nothing to do.' : '.'}`,
    left > 0 && SKIPPED[act] !== '' ? `${left} more ${left === 1 ? 'is' : 'are'} ${SKIPPED[act]}.` : null,
    cooling > 0
      ? `${cooling} of them ${cooling === 1 ? 'was' : 'were'} re-crawled within the last ${formatDuration(coolDown)} and will be skipped.`
      : null,
  ].filter(line => line !== null)
  return html`<p><strong>${lines[0] ?? ''}</strong> ${lines.slice(1).join(' ')}</p>${
    to.length === 0
      ? null
      : html`<p>${EFFECTS[act]}</p><ul>${names.map(({ source, word }) => html`<li>${source.name} <span class="soft">${source.id} · ${word}</span></li>`)}${to.length > names.length ? html`<li>and ${to.length - names.length} more</li>` : null}</ul>
<form class="ask" method="post" action="/sources/-/act" data-in-place><input type="hidden" name="back" value="${back}">${toFields(choice).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<p class="buttons"><button class="main">${ACTION_NAMES[act]} ${plural(to.length, 'source')}</button> <a class="cancel" href="${back}">Cancel</a></p></form>`
  }${to.length === 0 ? html`<p><a class="cancel" href="${back}">Back</a></p>` : null}`
}
