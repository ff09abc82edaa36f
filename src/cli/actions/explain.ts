/** `newsdesk explain <article>`: why an article is in its section and story, and what it was compared with. */

import pc from 'picocolors'
import { readLeadReason } from '../../articles/lead-reason.ts'
import { describeTitle } from '../../articles/rules/titles/describe.ts'
import { findItemKind } from '../../articles/rules/titles/item-kind.ts'
import { readTitle } from '../../articles/rules/titles/marks.ts'
import type { ArticleId } from '../../domain/article.ts'
import { describeDecision, sharedWords } from '../../stories/explain.ts'
import { withSession } from '../session.ts'

/** @returns 0, or 1 if there is no such article */
export const explainCommand = (configDir: string, id: string, { json }: { json: boolean }): Promise<number> =>
  withSession(configDir, async ({ redis, keys, container }) => {
    const { stories, articleStore: archive } = await container()
    const [article] = await archive.articles([id as ArticleId]) // looked up
    if (!article) {
      console.error(`There is no article ${JSON.stringify(id)}. It may have expired.`)
      return 1
    }
    const [why, leadership] = await Promise.all([
      stories.explain(article.id),
      readLeadReason({ redis, keys }, article.story),
    ])
    const compared = await Promise.all(
      (why?.now ?? []).map(async weighed => {
        const others = (await archive.articles(weighed.articles)).filter(each => each !== null)
        return {
          ...weighed,
          articles: others.map(other => ({ id: other.id, title: other.title, shared: sharedWords(article, other) })),
        }
      }),
    )
    if (json) {
      const { section, sections, evidence, story, reprintOf, title } = article
      const { decision = null, arrived = null } = why ?? {}
      const { headline, marks } = readTitle(title, article.language)
      console.log(
        JSON.stringify(
          {
            ...{ id: article.id, title, headline, marks, kind: findItemKind(article) },
            ...{ section, sections, evidence, story, reprintOf, decision, arrived, compared, leadership },
          },
          null,
          2,
        ),
      )
      return 0
    }
    console.log(pc.bold(article.title))
    console.log(`${article.id}  ${article.url}\n`)
    for (const line of describeTitle(article)) console.log(line)
    console.log(`${pc.bold('Section')}   ${article.sections.join(', ')}`)
    for (const { section, from, what, weight } of article.evidence)
      console.log(`  ${section}: ${from} ${JSON.stringify(what)} ${weight}`)
    console.log(`\n${pc.bold('Story')}     ${article.story}`)
    if (!why) console.log('  the article is older than the clustering window (stories.window)')
    else console.log(`  ${describeDecision(why)}`)
    if (leadership) {
      const { lead, why: because, newsAt, whyThen, before } = leadership
      const [leading, earlier] = await archive.articles([lead as ArticleId, (before ?? lead) as ArticleId]) // its members
      console.log(`  led by ${lead === article.id ? 'it' : JSON.stringify(leading?.title ?? lead)}: ${because}`)
      if (before !== null) console.log(`    before that by ${JSON.stringify(earlier?.title ?? before)}`)
      console.log(`  last news at ${newsAt}: ${whyThen}`)
    }
    for (const { story, score, needed, articles } of compared) {
      console.log(
        `  ${story === article.story ? 'its story' : 'compared with'} ${story}: related by ${score.toFixed(2)}, a new article would need ${needed.toFixed(2)}`,
      )
      for (const other of articles)
        console.log(`    ${other.title}\n      ${pc.dim(`words in both: ${other.shared.join(', ') || '-'}`)}`)
    }
    return 0
  })
