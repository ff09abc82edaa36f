/** The pages of rules: those in force, the form that changes one, and what a dry run found. (pure) */

import { stringify } from 'yaml'
import { writeRule } from '../../../../rules/written.ts'
import { describeActions, describeVerdict } from '../../../../use-cases/item-rules/describe.ts'
import type { DryRun, DryRunMatch } from '../../../../use-cases/item-rules/dry-run.ts'
import type { ListedRule } from '../../../../use-cases/item-rules/rule-actions.ts'
import type { DroppedItem } from '../../../../use-cases/item-rules/rule-counts.ts'
import { type Html, html } from '../../components/html.ts'
import { type HtmlColumn, table, unseen } from '../../components/table.ts'
import { when } from '../../components/time.ts'

interface Viewer {
  readonly now: number
  readonly mayAct: boolean
}

const soft = (text: string): Html => html`<br><span class="soft">${text}</span>`

const button = (id: string, action: string, label: string, fields: Html | null = null, question?: string): Html =>
  html`<form method="post" action="/rules/${id}/${action}">${fields}<button aria-label="${label} ${id}"${question ? html` data-confirm="${question}"` : null}>${label}</button></form>`

const direction = (to: 'up' | 'down'): Html => html`<input type="hidden" name="to" value="${to}">`

const changeButtons = ({ rule, live }: ListedRule): Html =>
  html`<a href="/rules/edit?id=${rule.id}" aria-label="Edit ${rule.id}">Edit</a>${
    live
      ? html` ${button(rule.id, 'move', 'Up', direction('up'))} ${button(rule.id, 'move', 'Down', direction('down'))} ${button(rule.id, 'remove', 'Remove', null, `Remove the rule ${rule.id}?`)}`
      : null
  }`

const ruleColumns = ({ now, mayAct }: Viewer): readonly HtmlColumn<ListedRule>[] => [
  {
    title: 'Rule',
    heads: true,
    cell: ({ rule }) => html`${rule.id}${rule.enabled ? null : ' (off)'}${rule.note ? soft(rule.note) : null}`,
  },
  { title: 'Does', cell: ({ rule }) => describeActions(rule.do) },
  {
    title: 'From',
    cell: ({ live }) => (live ? html`${live.by}<br><span class="soft">${when(live.at, now)}</span>` : 'rules.yaml'),
  },
  { title: 'Items', kind: 'number', cell: ({ count }) => count?.items ?? 0 },
  { title: 'Last match', cell: ({ count }) => (count ? when(count.last, now) : 'never') },
  ...(mayAct ? [{ title: unseen('Change'), cell: changeButtons }] : []),
]

const droppedColumns = (now: number): readonly HtmlColumn<DroppedItem>[] => [
  { title: 'Item', heads: true, cell: ({ title, url }) => html`${title}${soft(url)}` },
  { title: 'Source', cell: ({ source }) => html`<a href="/sources/${source}">${source}</a>` },
  { title: 'By', cell: ({ rules }) => rules.join(', ') },
  { title: 'When', cell: ({ at }) => when(at, now) },
]

const list = (label: string, lines: readonly string[]): Html | null =>
  lines.length === 0
    ? null
    : html`<div class="problem" role="alert"><p>${label}</p><ul>${lines.map(line => html`<li>${line}</li>`)}</ul></div>`

export interface RulesView {
  readonly apply: 'all' | 'first'
  readonly rules: readonly ListedRule[]
  readonly problems: readonly string[]
  readonly dropped: readonly DroppedItem[]
}

const EXPLAINED =
  'Rules are applied in this order to items that come in or are edited. For what can be said only once, such as the section, the first rule counts.'
const FIRST_ONLY =
  'Rules are tried in this order on items that come in or are edited, and only the first that matches is applied.'

export const rulesPage = (
  { apply, rules, problems, dropped }: RulesView,
  viewer: Viewer,
): Html => html`${list('Stored rules without effect', problems)}<p>${apply === 'all' ? EXPLAINED : FIRST_ONLY}</p>
${rules.length === 0 ? html`<p>There are no rules.</p>` : table('Rules', ruleColumns(viewer), rules)}
<p class="buttons">${viewer.mayAct ? html`<a href="/rules/edit">Add a rule</a>` : null} ${rules.length === 0 ? null : html`<a href="/rules/test">Try all on stored articles</a>`}</p>
${viewer.mayAct && rules.length > 0 ? html`<form method="post" action="/rules/-/apply"><p><button data-confirm="Hide, label and weigh the newest 1,000 articles as the rules say?">Apply to the newest 1,000 articles</button> <span class="soft">hides, labels and weighs them; sections, texts and stories stay</span></p></form>` : null}
<h2>Dropped items</h2>
${dropped.length === 0 ? html`<p>None.</p>` : table('Items that rules dropped', droppedColumns(viewer.now), dropped)}`

const matchColumns = (now: number): readonly HtmlColumn<DryRunMatch>[] => [
  {
    title: 'Article',
    heads: true,
    cell: ({ id, title, url }) => html`<a href="/articles/${id}">${title}</a>${soft(url)}`,
  },
  { title: 'Source', cell: ({ source }) => source },
  { title: 'Would', cell: ({ verdict }) => describeVerdict(verdict) },
  { title: 'Published', cell: ({ publishedAt }) => when(Date.parse(publishedAt), now) },
]

const MAX_MATCHES = 200

export const dryRunResult = ({ articles, matches, byRule, cost }: DryRun, now: number): Html => html`<h2>Dry run</h2>
<p role="status">${matches.length} of the newest ${articles} stored articles match, at ${cost.toFixed(1)} µs an article. Nothing was changed.</p>
${byRule.size > 1 ? html`<ul>${[...byRule].map(([id, count]) => html`<li>${id}: ${count}</li>`)}</ul>` : null}
${matches.length === 0 ? null : table('Matching articles', matchColumns(now), matches.slice(0, MAX_MATCHES))}${matches.length > MAX_MATCHES ? html`<p class="soft">and ${matches.length - MAX_MATCHES} older</p>` : null}`

/** A rule to begin with. */
const EXAMPLE = `id: no-horoscopes
note: readers asked for it
when:
  title: [horoscope*, zodiac]
do:
  hide: true
`

/** The text of a rule, for the form; null is an example. */
export const textOfRule = (listed: ListedRule | null): string =>
  listed === null ? EXAMPLE : listed.live ? stringify(listed.live.written) : writeRule(listed.rule)

export interface EditView {
  readonly text: string
  readonly problems: readonly string[]
  readonly notes: readonly string[]
  readonly tried: DryRun | null
}

export const editPage = (
  { text, problems, notes, tried }: EditView,
  now: number,
): Html => html`${list('The rule is wrong. Nothing was changed.', problems)}
<form method="post" action="/rules/-/try"><p><label for="text">The rule, as YAML</label><br><textarea id="text" name="text" rows="16" spellcheck="false">${text}</textarea></p>
<p class="soft">A rule with the id of another replaces it; one with the id of a rule of rules.yaml takes its place.</p>
<p class="buttons"><button class="main">Try on the newest 1,000 articles</button> <button formaction="/rules/-/save">Save</button></p></form>
${notes.length === 0 ? null : html`<div class="notice"><ul>${notes.map(note => html`<li>${note}</li>`)}</ul></div>`}${tried ? dryRunResult(tried, now) : null}
<p><a href="/rules">All rules</a></p>`

export const testPage = (tried: DryRun, now: number): Html => html`${dryRunResult(tried, now)}
<p><a href="/rules">All rules</a></p>`
