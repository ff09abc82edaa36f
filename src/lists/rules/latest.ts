/** Latest: newest first. */

import { byTime, type Candidate, getListTime, oncePerStory, type Ranked } from './candidate.ts'

export interface LatestRule {
  readonly size: number
  /** Maximum number of entries of one source among any ten in a row. */
  readonly share: number
}

/**
 * Articles without a date of their own are dated by their place in the feed, less than so many ms before their crawl
 * (src/articles/dates.ts).
 */
const UNDATED = 1_000

/** Identifies the crawl that brought an article without a date of its own; null if the article has one. */
const undatedCrawl = ({ article }: Candidate): string | null =>
  article.firstSeenAt - article.publishedAt < UNDATED ? `${article.sources[0]} ${article.firstSeenAt}` : null

/**
 * Newest first by when each story was last news, one entry per story. The order is always that of time. For variety,
 * the surplus of a source is left out as long as other sources have news: entries beyond its share of any ten, so that
 * a prolific source does not crowd out the others, and undated entries of one crawl beyond that share, since the whole
 * back catalogue of a new source would count as published now.
 */
export const rankLatest = (candidates: readonly Candidate[], { size, share }: LatestRule): Ranked[] => {
  const ordered = oncePerStory([...candidates].sort(byTime), candidate => candidate)
  const several = new Set(ordered.map(({ article }) => article.sources[0])).size > 1
  const crawls = new Map<string, number>()
  const taken: Candidate[] = []
  const surplus: Candidate[] = []
  for (const candidate of ordered) {
    if (taken.length >= size) break
    const source = candidate.article.sources[0]
    let recent = 0
    for (let at = Math.max(0, taken.length - 9); at < taken.length; at += 1)
      if (taken[at]?.article.sources[0] === source) recent += 1
    const crawl = undatedCrawl(candidate)
    const together = crawl === null ? 0 : (crawls.get(crawl) ?? 0)
    if (several && (recent >= share || together >= share)) surplus.push(candidate)
    else {
      taken.push(candidate)
      if (crawl !== null) crawls.set(crawl, together + 1)
    }
  }
  // If that leaves the list short, the newest of what was left out comes back, at its place in time.
  return [...taken, ...surplus.slice(0, size - taken.length)].sort(byTime).map(candidate => ({
    candidate,
    score: getListTime(candidate),
    placedBy: 'rule',
    terms: () => [
      {
        name: 'time',
        value: getListTime(candidate),
        of: `last news at ${new Date(getListTime(candidate)).toISOString()}, published ${new Date(candidate.article.publishedAt).toISOString()}`,
      },
    ],
  }))
}

/** Whether among any ten entries one source has more than its share. */
export const isCrowded = (list: readonly Ranked[], share: number): boolean => {
  const counts = new Map<string, number>()
  const sourceAt = (place: number): string => list[place]?.candidate.article.sources[0] ?? ''
  return list.some((_, place) => {
    if (place >= 10) counts.set(sourceAt(place - 10), (counts.get(sourceAt(place - 10)) ?? 0) - 1)
    const count = (counts.get(sourceAt(place)) ?? 0) + 1
    counts.set(sourceAt(place), count)
    return count > share
  })
}
