/** Forms to edit an article: pin, block, move to another section, split from its story. (pure) */

import type { ArticleId, StoryId } from '../../../../domain/article.ts'
import { EVERYWHERE, type Override } from '../../../../lists/overrides.ts'
import { LISTS } from '../../../../lists/registry.ts'
import { type Titled, titleText } from '../../components/headline.ts'
import { type Html, html } from '../../components/html.ts'
import { type HtmlColumn, table, unseen } from '../../components/table.ts'
import { when } from '../../components/time.ts'

export interface SectionLabel {
  readonly id: string
  readonly label: string
}

export interface Editable {
  readonly id: ArticleId
  readonly section: string
  /** Whether an editor chose its section. */
  readonly isMoved: boolean
  readonly story: StoryId
  /** How many articles its story has. */
  readonly siblings: number
}

export interface EditingView {
  readonly article: Editable
  /** The list it is shown in; null on its own page. */
  readonly list: string | null
  readonly sections: readonly SectionLabel[]
  /** Path to return to. */
  readonly back: string
}

const DURATIONS = [
  ['1h', 'an hour'],
  ['6h', 'six hours'],
  ['1d', 'a day'],
  ['2d', 'two days'],
  ['7d', 'a week'],
] as const

const option = (value: string, label: string, chosen = ''): Html =>
  html`<option value="${value}"${value === chosen ? html` selected` : null}>${label}</option>`

const hidden = (name: string, value: string): Html => html`<input type="hidden" name="${name}" value="${value}">`

const durationField: Html = html`<label>For<select name="for">${DURATIONS.map(([value, label]) => option(value, label, '6h'))}</select></label>`
const reasonField: Html = html`<label>Why<input name="why" maxlength="500" autocomplete="off"></label>`

/** Lists that accept pins: first the list it is shown in, if that does. */
const listPinnable = (list: string | null, section: string): readonly string[] => {
  const parsed = list === null ? null : LISTS.parse(list)
  const own = list !== null && parsed && 'definition' in parsed && parsed.definition.isPinnable ? [list] : []
  return [...new Set([...own, ...LISTS.pinnableNames(section)])]
}

export const editingForms = ({ article, list, sections, back }: EditingView): Html => {
  const to = `/articles/${article.id}`
  const form = (action: string, legend: string, fields: Html, label: string): Html =>
    html`<form class="edit" method="post" action="${action}" data-in-place><fieldset><legend>${legend}</legend>${hidden('back', back)}${fields}<button>${label}</button></fieldset></form>`
  return html`<div class="edits">${form(
    `${to}/pin`,
    'Pin it',
    html`<label>To<select name="list">${listPinnable(list, article.section).map(name => option(name, name))}</select></label>
<label>Place<input name="place" type="number" min="1" max="1000" value="1" required></label>${durationField}${reasonField}`,
    'Pin',
  )}${form(
    `${to}/block`,
    'Block it from lists',
    html`<label>What<select name="what">${option('article', 'this article')}${option('story', 'its story')}</select></label>
<label>From<select name="list">${option(EVERYWHERE, 'every list')}${list ? option(list, list) : null}</select></label>${durationField}${reasonField}`,
    'Block',
  )}${form(
    `${to}/section`,
    'Move it to another section',
    html`<label>Section<select name="section">${article.isMoved ? option('', 'as classified automatically', article.section) : null}${sections.map(({ id, label }) => option(id, label, article.section))}</select></label>`,
    'Move',
  )}${
    article.siblings > 1
      ? form(
          `${to}/split`,
          'It is about something else',
          html`<p class="soft">It leaves its story of ${article.siblings} articles for one of its own, and is never merged back automatically.</p>`,
          'Split from its story',
        )
      : null
  }</div>`
}

/** Pins and blocks in effect, each with its end. */
export const overridesTable = (
  overrides: readonly Override[],
  {
    titles,
    now,
    mayAct,
  }: {
    /** By the id of what is pinned or blocked; missing where it has been deleted. */
    readonly titles: ReadonlyMap<string, Titled>
    readonly now: number
    readonly mayAct: boolean
  },
): Html => {
  const columns: readonly HtmlColumn<Override>[] = [
    {
      title: 'What',
      heads: true,
      // A block may be of a story: the article's URL redirects to it.
      cell: ({ kind, what }) => {
        const titled = titles.get(what)
        return html`${kind} <a href="/articles/${what}">${titled ? titleText(titled) : what}</a>${titled && titled.id !== what ? ' and its story' : null}`
      },
    },
    {
      title: 'Where',
      cell: ({ kind, list, place }) =>
        `${list === EVERYWHERE ? 'every list' : list}${kind === 'pin' ? `, place ${place}` : ''}`,
    },
    { title: 'By', cell: ({ by, at }) => html`${by}, ${when(at, now)}` },
    { title: 'Ends', cell: ({ until }) => when(until, now) },
    { title: 'Why', cell: ({ why }) => why },
    ...(mayAct
      ? [
          {
            title: unseen('End it'),
            cell: ({ kind, what, list }: Override) =>
              html`<form method="post" action="/articles/${what}/un${kind}" data-in-place>${hidden('list', list)}<button aria-label="End the ${kind} of ${titles.get(what)?.title ?? what} now">End now</button></form>`,
          },
        ]
      : []),
  ]
  return overrides.length === 0
    ? html`<p>Nothing is pinned or blocked.</p>`
    : table('Active pins and blocks', columns, overrides)
}
