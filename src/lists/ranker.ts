/**
 * Ranks any list: reads what the rules need, has them decide, and lets editors have the last word. Writes nothing; the outcome depends
 * only on what stands in Redis and on the clock it is given.
 */

import type { ArticleId, StoryId } from '../domain/article.ts'
import type { EventKind, Window } from '../domain/entry.ts'
import { parseListName } from '../domain/list-name.ts'
import type { Source } from '../domain/source.ts'
import type { Stories } from '../domain/story-decision.ts'
import type { Visitors } from '../events/audience/visitors.ts'
import type { Top } from '../events/top-articles.ts'
import { backfill, rankByReads, WIDER } from './backfill.ts'
import type { CoViewed } from './co-viewed/co-viewed.ts'
import type { Reads } from './counts.ts'
import { NOTHING, type Ranking, type Standing } from './ranking.ts'
import { ALIKE, relatedToEach } from './related.ts'
import { type Candidate, oncePerStory, type Ranked } from './rules/candidate.ts'
import { isCrowded, rankLatest } from './rules/latest.ts'
import { type Counted, rankMost } from './rules/most.ts'
import { rankMustReads, shortlist } from './rules/must-reads.ts'
import { withPins } from './rules/overrides.ts'
import { rankTrending } from './rules/trending.ts'
import { blockedOn, pinsOf, type Scope, scopeOf, storiesBy } from './scope.ts'
import { createSnapshot, type RankingSnapshot, type SnapshotParts } from './snapshot.ts'

export interface Ranker {
  /**
   * Ranks lists of one moment: what several of them need is read once. Begun after what is kept in memory was refreshed.
   * @returns ranks one list; `standing` is the list as published, asked for where it may have to be kept
   * @throws RangeError, when called, for what is no list
   */
  snapshot(): (name: string, standing: () => Promise<readonly Standing[]>) => Promise<Ranking>
  /**
   * Many related lists at once, likewise.
   * @param unread of these articles, those that nobody can have read yet: they have no readers in common with others
   */
  rankRelatedTo(articles: readonly ArticleId[], unread?: ReadonlySet<ArticleId>): Promise<readonly Ranking[]>
}

export interface RankerParts extends SnapshotParts {
  readonly stories: Pick<Stories, 'similarToEach'>
  readonly reads: Reads
  readonly coReads: Pick<CoViewed, 'top'>
  readonly visitors: Pick<Visitors, 'of'>
  readonly source: (id: string) => Source | undefined
  readonly publisherOf: (source: string) => string
  /** ms: nothing older is in reach. */
  readonly retention: () => number
  /** How many of the newest stories are in reach. */
  readonly reach: () => number
}

/** How many stories latest looks at for every entry before it looks at all in reach. */
const LOOK = 3
const MUST_READ_POOL = 500
/** Sections are thinner than the whole, so more of a window is looked at for one. */
const DEPTH = { whole: 4, part: 20 } as const
const TRENDING_POOL = 300

export const createRanker = (parts: RankerParts): Ranker => {
  const { shelf, stories, reads, visitors, taxonomy, source, publisherOf, settings, now } = parts
  const scopeParts = { ...parts, groups: () => settings().groups }

  const latest = async ({ newest }: RankingSnapshot, scope: Scope): Promise<Ranked[]> => {
    const { latest: size, sourceShare: share } = settings()
    const reach = parts.reach()
    const look = Math.min(reach, size * LOOK)
    const list = rankLatest(await newest(look, scope), { size, share })
    // Crowded or short: others may have news further down.
    return look < reach && (list.length < size || isCrowded(list, share))
      ? rankLatest(await newest(reach, scope), { size, share })
      : list
  }

  const ageFor = (window: Window): number => {
    const { ageNow, ageDay, ageWeek } = settings()
    return window === 'week' ? ageWeek : window === 'day' ? ageDay : ageNow
  }

  const most = async ({ tops }: RankingSnapshot, kind: EventKind, window: Window, scope: Scope): Promise<Ranked[]> => {
    const { mostRead: size, minVisitors } = settings()
    const heads = await tops(kind, window, size * (scope.isPart ? DEPTH.part : DEPTH.whole))
    const found = await storiesBy(
      heads.map(({ article }) => article),
      scope.choice,
      shelf,
    )
    const needed = kind === 'view' ? minVisitors : 1
    const enough = await visitorsOf(kind, window, heads, needed)
    const counted = heads.flatMap(({ count }, index): Counted[] => {
      const candidate = found[index]
      return candidate ? [{ candidate, count, visitors: enough[index] ?? 0 }] : []
    })
    return rankMost(counted, { now: now(), size, minVisitors: needed, maxAge: ageFor(window) })
  }

  /** Distinct visitors behind each count; who shared or commented is not told apart. */
  const visitorsOf = async (
    kind: EventKind,
    window: Window,
    heads: readonly Top[],
    needed: number,
  ): Promise<readonly number[]> =>
    kind === 'view' && needed > 1
      ? visitors.of(
          heads.map(({ article }) => article),
          window,
        )
      : heads.map(({ count }) => Math.ceil(count))

  /** Views of each story in windows: of the article that leads it and those named beside it. */
  const storyReads = async <const Asked extends 'hour' | 'day'>(
    candidates: readonly Candidate[],
    windows: readonly Asked[],
  ): Promise<(candidate: Candidate) => Readonly<Record<Asked, number>>> => {
    const told = candidates.map(({ article, story }) => ({
      story: story.id,
      articles: [...new Set([article.id, story.lead, ...story.alsoIn.map(also => also.article)])],
    }))
    const counts = await reads.inWindows(
      'view',
      windows,
      told.flatMap(({ articles }) => articles),
    )
    const sums = new Map<StoryId, Record<Asked, number>>()
    const nothing = () => Object.fromEntries(windows.map(window => [window, 0])) as Record<Asked, number>
    let at = 0
    for (const { story, articles } of told) {
      const sum = nothing()
      for (const _ of articles) {
        for (const window of windows) sum[window] += counts[at]?.[window] ?? 0
        at += 1
      }
      sums.set(story, sum)
    }
    return ({ story }) => sums.get(story.id) ?? nothing()
  }

  const mustReads = async ({ newest, usual, now }: RankingSnapshot, scope: Scope): Promise<Ranked[]> => {
    const pool = await newest(Math.min(MUST_READ_POOL, parts.reach()), scope)
    const some = settings()
    const rule = {
      now,
      size: some.mustReads,
      halfLife: some.mustReadsHalfLife,
      maxAge: some.mustReadsAge,
      weightOf: (id: string) => source(id)?.weight ?? 1,
      publisherOf,
      usual: await usual(),
      weights: {
        breadth: some.weightBreadth,
        source: some.weightSource,
        freshness: some.weightFreshness,
        reads: some.weightReads,
      },
      // Within one section there is nothing to be diverse over.
      diversity: scope.section === undefined ? some.sectionDiversity : 1,
    }
    const listed = shortlist(pool, rule)
    const read = await storyReads(listed, ['hour'])
    return rankMustReads(listed, candidate => read(candidate).hour, rule)
  }

  const trending = async ({ tops, usual, now }: RankingSnapshot, scope: Scope): Promise<Ranked[]> => {
    const { trending: size, trendConfidence: z, trendLeast: least, ageNow: maxAge, minVisitors } = settings()
    const heads = await tops('view', 'hour', TRENDING_POOL * (scope.isPart ? 4 : 1))
    const enough = await visitorsOf('view', 'hour', heads, minVisitors)
    const found = await storiesBy(
      heads.filter((_, index) => (enough[index] ?? 0) >= minVisitors).map(({ article }) => article),
      scope.choice,
      shelf,
    )
    const candidates = oncePerStory(
      found.filter(each => each !== null),
      each => each,
    )
    const read = await storyReads(candidates, ['hour', 'day'])
    const paces = candidates.map(candidate => ({ candidate, ...read(candidate) }))
    return rankTrending(paces, { now, size, maxAge, z, least, usual: await usual() })
  }

  const rankRelatedTo = async (
    ids: readonly ArticleId[],
    unread: ReadonlySet<ArticleId> = new Set(),
  ): Promise<Ranking[]> => {
    const round = createSnapshot(parts)
    const scope = scopeOf({}, blockedOn(await round.placements(), 'related'), scopeParts)
    const [articles, alike] = await Promise.all([
      shelf.articles(ids),
      stories.similarToEach(ids, settings().related * ALIKE),
    ])
    return relatedToEach(articles, alike, unread, scope, { ...parts, newest: round.newest })
  }

  const rank = async (
    round: RankingSnapshot,
    name: string,
    standing: () => Promise<readonly Standing[]>,
  ): Promise<Ranking> => {
    const parsed = parseListName(name)
    if (parsed === null) throw new RangeError(`${JSON.stringify(name)} is no list: see docs/redis-contract.md`)
    if (parsed.rule === 'related') return (await rankRelatedTo([parsed.article]))[0] ?? NOTHING
    const { section, edition } = parsed
    if (section !== undefined && !taxonomy().some(({ id }) => id === section))
      throw new RangeError(`${JSON.stringify(section)} is no section of config/sections.yaml`)
    if (edition && 'group' in edition && !Object.hasOwn(settings().groups, edition.group))
      throw new RangeError(`${JSON.stringify(edition.group)} is no group of lists.groups`)

    const placements = await round.placements()
    const blocked = blockedOn(placements, name)
    const scope = scopeOf(parsed, blocked, scopeParts)
    if (parsed.rule === 'latest') return { ...NOTHING, ranked: await latest(round, scope) }

    const some = settings()
    const pinned = async (ranking: Omit<Ranking, 'window'>, size: number, window: Window | ''): Promise<Ranking> => ({
      ...ranking,
      ranked: withPins(ranking.ranked, await pinsOf(placements, name, blocked, shelf), size),
      window,
    })
    if (parsed.rule === 'must-reads') {
      const list = await backfill(await mustReads(round, scope), [['latest', () => latest(round, scope)]], some.minimum)
      return pinned({ ...list, stale: false }, some.mustReads, '')
    }
    const byReads = (kind: EventKind, window: Window, ranked: () => Promise<Ranked[]>, wider: readonly Window[]) =>
      rankByReads(
        {
          rank: ranked,
          fillers: [
            ...wider.map(each => [each, () => most(round, kind, each, scope)] as const),
            ['latest', () => latest(round, scope)],
          ],
          minimum: some.minimum,
          stopped: round.inputStopped,
          standing,
        },
        scope,
        shelf,
      ).then(ranking =>
        pinned(ranking, kind === 'view' && parsed.rule === 'trending' ? some.trending : some.mostRead, window),
      )
    if (parsed.rule === 'trending') return byReads('view', 'hour', () => trending(round, scope), ['now', ...WIDER.now])
    const { kind, window } = parsed
    return byReads(kind, window, () => most(round, kind, window, scope), WIDER[window])
  }

  return {
    rankRelatedTo,
    snapshot() {
      const shared = createSnapshot(parts, MUST_READ_POOL)
      return (name, standing) => rank(shared, name, standing)
    },
  }
}
