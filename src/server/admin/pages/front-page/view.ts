/** The lists as readers see them; an entry can be opened: why it is there, and forms to edit it. (pure) */

import type { Entry } from '../../../../domain/entry.ts'
import type { EntryExplanation } from '../../../../lists/explain.ts'
import type { Override } from '../../../../lists/overrides.ts'
import { headline, type Titled } from '../../components/headline.ts'
import { type Html, html } from '../../components/html.ts'
import { table } from '../../components/table.ts'
import { when } from '../../components/time.ts'
import { editingForms, overridesTable, type SectionLabel } from '../articles/edit-view.ts'
import { changesUrl } from '../changes/view.ts'
import { type FirstRunView, firstRunPart } from './first-run-view.ts'

/** One list on the page. */
export interface ListView {
  readonly list: string
  readonly title: string
  readonly entries: readonly Entry[]
  /** What changed in the last hour, such as `3 in, 1 out`; empty for nothing. */
  readonly changed: string
}

/** The opened entry. */
export interface Opened {
  readonly list: string
  readonly article: string
  /** null if it is no longer in the list. */
  readonly why: EntryExplanation | null
  readonly isMoved: boolean
}

export interface FrontView {
  readonly main: readonly ListView[]
  readonly aside: readonly ListView[]
  readonly bySection: readonly ListView[]
  readonly opened: Opened | null
  readonly overrides: readonly Override[]
  /** By the id of what is pinned or blocked; missing where it has been deleted. */
  readonly titles: ReadonlyMap<string, Titled>
  readonly sections: readonly SectionLabel[]
  /** Steps to the first list; null once anything was published. */
  readonly firstRun: FirstRunView | null
  readonly mayAct: boolean
  /** ms since the epoch. */
  readonly now: number
}

export const entryUrl = (list: string, article: string): string =>
  `/?${new URLSearchParams({ list, article }).toString()}`

const elementId = (list: string): string => `list-${list.replaceAll(':', '-')}`

const number = (value: number): string =>
  Number.isFinite(value) ? value.toPrecision(4).replace(/\.?0+$/, '') : 'above all others'

const reason = ({ why }: Opened): Html => {
  if (why === null) return html`<p>It has left the list.</p>`
  const { now, fallback, stale, entry } = why
  return html`${stale ? html`<p>The list is unchanged, because no reads are being reported.</p>` : null}${
    fallback === '' ? null : html`<p>The list was too short and was filled up from ${fallback}.</p>`
  }${
    now === null
      ? html`<p>It no longer qualifies for the list, and leaves it with the next update.</p>`
      : html`<p>Published at place ${entry.rank} (by ${entry.placedBy}); now at place ${now.rank} with score ${number(now.score)}.</p>${table(
          'Terms of its score',
          [
            { title: 'Term', heads: true, cell: ({ name }) => name },
            { title: 'Value', kind: 'number', cell: ({ value }) => number(value) },
            { title: 'Computed from', cell: ({ of }) => of },
          ],
          now.terms,
        )}`
  }`
}

const detail = (entry: Entry, opened: Opened, { sections, mayAct }: FrontView): Html =>
  html`<div class="opened" id="opened" tabindex="-1" data-hold>${reason(opened)}${
    mayAct
      ? editingForms({
          article: {
            id: entry.id as never, // branded: as the publisher wrote it
            section: entry.section.id,
            isMoved: opened.isMoved,
            story: entry.story.id as never, // likewise
            siblings: entry.story.articles,
          },
          list: opened.list,
          sections,
          back: entryUrl(opened.list, opened.article),
        })
      : null
  }</div>`

const entryItem = (entry: Entry, list: string, view: FrontView): Html => {
  const { opened, now } = view
  const isOpen = opened !== null && opened.list === list && opened.article === entry.id
  const { sources } = entry.story
  const link = isOpen ? '/' : entryUrl(list, entry.id)
  return html`<li class="entry">${headline(entry, 'headline')}
<p class="soft"><span class="label">${entry.section.label}</span> <a href="${entry.url}" rel="noreferrer">${entry.source.name}</a> · ${when(Date.parse(entry.publishedAt), now)}${
    entry.counts.views > 0 ? ` · ${entry.counts.views} reads` : ''
  }${sources > 1 ? html` · <a href="/stories/${entry.story.id}">${sources} sources</a>` : null}${
    entry.placedBy === 'pin' ? html` · <strong>pinned</strong>` : null
  } · <a class="why" id="${elementId(list)}-${entry.id}" href="${link}${isOpen ? `#${elementId(list)}` : '#opened'}" aria-expanded="${isOpen ? 'true' : 'false'}" aria-label="Why it is here: ${entry.title}">Why?</a></p>${
    isOpen ? detail(entry, opened, view) : null
  }</li>`
}

const listSection = ({ list, title, entries, changed }: ListView, view: FrontView): Html =>
  html`<section class="list" id="${elementId(list)}" data-watch="lists" data-watch-only="${list}" aria-labelledby="${elementId(list)}-title"><h2 id="${elementId(list)}-title">${title}</h2>${
    changed === '' ? null : html`<p class="soft"><a href="${changesUrl(list)}">${changed}</a> in the last hour</p>`
  }${
    entries.length === 0
      ? html`<p class="soft">Empty.</p>`
      : html`<ol>${entries.map(entry => entryItem(entry, list, view))}</ol>`
  }</section>\n`

export const frontPage = (view: FrontView): Html => {
  const { main, aside, bySection, overrides, titles, opened, now, mayAct } = view
  const all = [...main, ...aside, ...bySection]
  const isShown =
    opened === null ||
    all.some(({ list, entries }) => list === opened.list && entries.some(e => e.id === opened.article))
  if (view.firstRun) return firstRunPart(view.firstRun)
  return html`${isShown ? null : html`<p class="notice" id="opened">It has left the list, or is further down than this page shows.</p>`}
<div class="front"><div>${main.map(each => listSection(each, view))}</div><div>${aside.map(each => listSection(each, view))}</div></div>
<div class="sections">${bySection.map(each => listSection(each, view))}</div>
<section id="overrides" data-watch="lists" aria-labelledby="overrides-title"><h2 id="overrides-title">Pinned and blocked</h2>${overridesTable(overrides, { titles, now, mayAct })}</section>`
}
