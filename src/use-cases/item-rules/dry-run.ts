/** Tries rules on stored articles, and applies them to those. */

import type { Ingested } from '../../articles/store.ts'
import type { ArticleId } from '../../domain/article.ts'
import type { Publishing } from '../../queues/publishing.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import { decideRuling } from '../../rules/apply.ts'
import { compileRules, type Verdict } from '../../rules/compile.ts'
import type { RuleSet } from '../../rules/rule.ts'
import { asksForWords, readStoredItems, type StoredItem } from './stored-items.ts'

const setRulingScript = loadScript(new URL('../../articles/set-ruling.lua', import.meta.url))

/** Articles that a dry run looks at unless told otherwise. */
export const DRY_RUN = 1_000

export interface DryRunMatch extends Pick<StoredItem, 'id' | 'title' | 'url' | 'source' | 'publishedAt'> {
  readonly verdict: Verdict
}

export interface DryRun {
  /** Articles that were looked at. */
  readonly articles: number
  /** Newest first. */
  readonly matches: readonly DryRunMatch[]
  /** Articles by rule, for every enabled rule. */
  readonly byRule: ReadonlyMap<string, number>
  /** Microseconds that the rules took for one article. */
  readonly cost: number
}

/** Writes nothing. @param most newest articles to look at */
export const dryRun = async (store: Store, rules: RuleSet, most = DRY_RUN): Promise<DryRun> => {
  const compiled = compileRules(rules)
  const matches: DryRunMatch[] = []
  let [articles, ms] = [0, 0]
  for await (const items of readStoredItems(store, most, asksForWords(rules.rules))) {
    articles += items.length
    // Once for the compiler, so that what is measured is what a daemon takes.
    if (articles === items.length) items.map(compiled.judge)
    const began = performance.now()
    const verdicts = items.map(compiled.judge)
    ms += performance.now() - began
    for (const [index, { id, title, url, source, publishedAt }] of items.entries()) {
      const verdict = verdicts[index]
      if (verdict) matches.push({ id, title, url, source, publishedAt, verdict })
    }
  }
  const byRule = new Map(rules.rules.filter(({ enabled }) => enabled).map(({ id }) => [id, 0]))
  for (const { verdict } of matches) for (const id of verdict.rules) byRule.set(id, (byRule.get(id) ?? 0) + 1)
  return { articles, matches, byRule, cost: articles === 0 ? 0 : (ms * 1_000) / articles }
}

const changesOf = (articles: readonly ArticleId[], sections: readonly string[]): Ingested => ({
  ...{ articles, edited: articles, sections: [...new Set(sections)] },
  ...{ moved: [], aliases: [], stories: [], addedIds: [] },
  ...{ added: 0, updated: articles.length, merged: 0, unchanged: 0 },
})

export interface Applied {
  /** Articles that were looked at. */
  readonly articles: number
  /** Articles that changed. */
  readonly changed: number
}

/**
 * Applies to stored articles what rules say of lists, labels and weight. Sections, texts and stories stay as they were
 * decided when the article came; what would be dropped is hidden. Idempotent.
 * @param most newest articles to look at
 */
export const applyToStored = async (
  store: Store,
  rules: RuleSet,
  publishing: Pick<Publishing, 'changed'>,
  most: number,
): Promise<Applied> => {
  const { redis, keys } = store
  const compiled = compileRules(rules)
  let [articles, changed] = [0, 0]
  for await (const items of readStoredItems(store, most, asksForWords(rules.rules))) {
    articles += items.length
    const replies = await Promise.all(
      items.map(item => {
        const verdict = compiled.judge(item)
        const { labels, ruled } = verdict === null ? {} : decideRuling(verdict)
        const args = [labels, ruled].map(value => (value === undefined ? '' : JSON.stringify(value)))
        return runScript(redis, setRulingScript, [keys.article(item.id)], args)
      }),
    )
    const altered = items.filter((_, index) => replies[index] === 1)
    changed += altered.length
    if (altered.length === 0) continue
    await publishing.changed(
      changesOf(
        altered.map(({ id }) => id),
        altered.flatMap(({ sections }) => sections),
      ),
    )
  }
  return { articles, changed }
}
