/** Asks what becomes of an article that is pinned where another is to go. (pure) */

import type { Override } from '../../../../lists/overrides.ts'
import { type Titled, titleText } from '../../components/headline.ts'
import { type Html, html } from '../../components/html.ts'
import { when } from '../../components/time.ts'

export interface SamePlaceView {
  /** The article to be pinned. */
  readonly id: string
  readonly title: string
  readonly list: string
  readonly place: number
  /** Pins of other articles to the same place. */
  readonly others: readonly Override[]
  readonly titles: ReadonlyMap<string, Titled>
  /** What was typed into the form. */
  readonly fields: Readonly<Record<string, string>>
  readonly back: string
  readonly now: number
}

export const samePlacePage = ({ id, title, list, place, others, titles, fields, back, now }: SamePlaceView): Html => {
  const values = Object.entries({ ...fields, back })
  return html`<p>Place ${place} of ${list} is taken:</p><ul>${others.map(({ what, by, until }) => {
    const titled = titles.get(what)
    return html`<li>${titled ? titleText(titled) : what} <span class="soft">pinned by ${by}, ends ${when(until, now)}</span></li>`
  })}</ul><p>You want to pin <bdi>${title}</bdi> there.</p>
<form class="buttons ask" method="post" action="/articles/${id}/pin" data-in-place>${values.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<button class="main" name="others" value="end">Pin it and end the other</button> <button name="others" value="keep">Pin both, one after the other</button> <a class="cancel" href="${back}">Cancel</a></form>`
}
