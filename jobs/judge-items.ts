/** Applies the rules to the items of a batch, before it is decided where each belongs. */

import type { Article } from '../src/domain/article.ts'
import type { ArticleContent } from '../src/domain/content.ts'
import { packContent, unpackContent } from '../src/domain/packed-content.ts'
import { markupText } from '../src/feeds/content/markup-text.ts'
import { countWords } from '../src/feeds/content/reading-time.ts'
import { applyVerdict } from '../src/rules/apply.ts'
import type { CompiledRules, Verdict } from '../src/rules/compile.ts'
import type { Judged } from '../src/use-cases/item-rules/rule-counts.ts'
import type { JobContext } from './context.ts'
import type { NormalisedItem } from './place-articles.ts'

/** An item after normalisation. */
interface Item extends NormalisedItem {
  /** Its packed text in base64, as a batch has it. */
  readonly content: string | null | undefined
}

/** An item after its rules, and how much of its text they keep. */
interface JudgedItem extends NormalisedItem {
  readonly keeps?: Verdict['content'] | undefined
}

const unpack = (content: string | null | undefined): ArticleContent | null =>
  typeof content === 'string' ? unpackContent(Buffer.from(content, 'base64')) : null

const judge = (rules: CompiledRules, article: Article, content: Item['content']): Verdict | null =>
  rules.judge({
    source: article.sources[0] ?? '',
    ...{ title: article.title, summary: article.summary, author: article.author, url: article.url },
    ...{ categories: article.categories ?? [], language: article.language, sections: article.sections },
    age: Math.max(0, article.firstSeenAt - article.publishedAt),
    words: () => unpack(content)?.words ?? countWords(`${article.title} ${article.summary}`),
  })

const describe = (rules: readonly string[]): string =>
  `dropped by ${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')}`

/**
 * Judges each item by the rules in force, and counts what they matched.
 * @returns the items in their order; the very same where there are no rules
 */
export const judgeItems = async (
  items: readonly Item[],
  { itemRules, taxonomy, now }: Pick<JobContext, 'itemRules' | 'taxonomy' | 'now'>,
): Promise<readonly JudgedItem[]> => {
  const rules = itemRules.compiled()
  if (rules === null) return items
  const known = new Set(taxonomy().map(({ id }) => id))
  const matched: Judged[] = []
  const judged = items.map((each): JudgedItem => {
    const { outcome } = each
    if ('kind' in outcome) return each
    const verdict = judge(rules, outcome, each.content)
    if (verdict === null) return each
    // An article that is stored already is hidden instead: its readers may have it open.
    const isDropped = verdict.drop === true && each.known === null
    const { title, url, sources } = outcome
    matched.push({ verdict, isDropped, source: sources[0] ?? '', title, url })
    return isDropped
      ? { ...each, outcome: { kind: 'refused', reason: 'rule', detail: describe(verdict.rules) } }
      : {
          ...each,
          outcome: applyVerdict(outcome, verdict, id => known.has(id)),
          keeps: verdict.content,
        }
  })
  await itemRules.count(matched, now())
  return judged
}

/** As much of a packed text as rules keep; null for none, undefined to leave what is stored. */
export const reduceContent = (
  packed: Buffer | null | undefined,
  keeps: Verdict['content'],
): Buffer | null | undefined => {
  if (keeps === 'off') return null
  if (keeps !== 'text' || !packed) return packed
  const { html, ...content } = unpackContent(packed) ?? {}
  return html === undefined ? packed : packContent({ ...content, text: markupText(html) } as ArticleContent) // all but its markup
}
