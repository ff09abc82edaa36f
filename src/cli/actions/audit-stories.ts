/** `newsdesk stories audit`: the stories most likely wrong, and how to split them. */

import pc from 'picocolors'
import type { ArticleId } from '../../domain/article.ts'
import type { AuditedStory } from '../../domain/story-decision.ts'
import { findLargeStories, readStoryShares } from '../../use-cases/story-shares.ts'
import { type Session, withSession } from '../session.ts'

export interface AuditOptions {
  readonly limit: number
  readonly json?: boolean
}

/** Headlines shown of each half. */
const SHOWN = 3

const hours = ({ from, to }: AuditedStory): string => `${Math.round((to - from) / 3_600_000)} h`

/** Says in words what makes a story doubtful. */
const doubtOf = ({ score, needed }: AuditedStory): string =>
  score < needed
    ? `would not be merged today: its parts are related by ${score.toFixed(2)}, two stories need ${needed.toFixed(2)}`
    : `holds together: its parts are related by ${score.toFixed(2)}, two stories need ${needed.toFixed(2)}`

const readTitles = async ({ container }: Session, ids: readonly ArticleId[]): Promise<string[]> =>
  (await (await container()).articleStore.articles(ids)).map(
    (article, index) => article?.title ?? `${ids[index]} (expired)`,
  )

const show = async (session: Session, audited: AuditedStory): Promise<void> => {
  const { story, articles, main, split } = audited
  console.log(`${pc.bold(story)}  ${articles} articles in ${hours(audited)}`)
  console.log(`  ${doubtOf(audited)}`)
  for (const [half, ids] of [
    [`${main.length} like`, main],
    [`${split.length} like`, split],
  ] as const) {
    const [first = '', ...others] = await readTitles(session, ids.slice(0, SHOWN))
    console.log(`  ${half.padStart(8)}  ${first}`)
    for (const title of others) console.log(`${' '.repeat(12)}${title}`)
  }
  console.log(pc.dim(`  newsdesk stories split ${split.join(' ')}\n`))
}

/** @returns 0 */
export const auditStoriesCommand = (configDir: string, { limit, json }: AuditOptions): Promise<number> =>
  withSession(configDir, async session => {
    const { container, redis, keys } = session
    const [audited, shares] = await Promise.all([
      container().then(({ stories }) => stories.audit(limit)),
      readStoryShares({ redis, keys }),
    ])
    if (json) {
      console.log(JSON.stringify({ stories: audited, shares }, null, 2))
      return 0
    }
    for (const line of findLargeStories(shares)) console.log(`${pc.yellow('large')}  ${line}\n`)
    for (const each of audited) await show(session, each)
    if (audited.length === 0) console.log('No story has four articles or more.')
    return 0
  })
