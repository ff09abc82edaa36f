/** What an installation that has published nothing yet needs: three steps, each with how far it is. (pure) */

import { type Html, html } from '../../components/html.ts'
import { plural } from '../../components/time.ts'

export interface FirstRunView {
  /** Number of sources, of those that are polled, and of those that were fetched at least once. */
  readonly sources: number
  readonly polled: number
  readonly fetched: number
  /** Command that reads a list. */
  readonly command: string
  /** Whether the user may add sources. */
  readonly mayAdd: boolean
}

const addStep = ({ sources, mayAdd }: FirstRunView): Html =>
  sources > 0
    ? html`<p>${plural(sources, 'source')}. <a href="/sources">Show them</a></p>`
    : mayAdd
      ? html`<p>There are none, so there is nothing to fetch. <a href="/sources/-/add">Add one by its address</a>, <a href="/sources/-/import">import a list from another reader (OPML)</a>, or list them in <code>config/sources.yaml</code>.</p>`
      : html`<p>There are none, so there is nothing to fetch. An admin can add them.</p>`

const crawlStep = ({ sources, polled, fetched }: FirstRunView): Html =>
  sources === 0
    ? html`<p class="soft">It begins by itself, seconds after the first source is added.</p>`
    : polled === 0
      ? html`<p>All sources are paused: <a href="/sources?state=paused">resume some</a>.</p>`
      : html`<p><label>${fetched} of ${polled} fetched <progress max="${polled}" value="${fetched}"></progress></label></p>${
          fetched >= polled
            ? html`<p>Nothing was published yet. <a href="/overview">The overview</a> says whether something is wrong.</p>`
            : null
        }`

export const firstRunPart = (view: FirstRunView): Html =>
  html`<section id="first-run" data-watch="sources" aria-labelledby="first-run-title"><h2 id="first-run-title">Three steps to your first list</h2><ol class="way"><li><h3>Add sources</h3>${addStep(view)}</li><li><h3>Wait for the first crawl</h3>${crawlStep(view)}</li><li><h3>Point your site at the lists</h3><p>This reads the first ten entries of must-reads:</p><p class="copy"><code>${view.command}</code> <button type="button" data-copy>Copy</button></p></li></ol></section>`
