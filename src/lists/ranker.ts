/**
 * Ranks any list: reads what the rules need, applies them, then applies the editors' overrides. Writes nothing; the
 * outcome depends only on the data in Redis and on the clock passed in.
 */

import type { ArticleId } from '../domain/article.ts'
import type { Source } from '../domain/source.ts'
import type { Stories } from '../domain/story-decision.ts'
import type { Visitors } from '../events/audience/visitors.ts'
import { type BackfillSource, backfill, rankByReads } from './backfill.ts'
import type { CoViewed } from './co-viewed/co-viewed.ts'
import type { ListInputs } from './definitions/definition.ts'
import { NEWEST } from './definitions/must-reads.ts'
import { NOTHING, type Ranking, type Standing } from './ranking.ts'
import type { Reads } from './reads.ts'
import type { ListRegistry } from './registry.ts'
import { ALIKE, createProfiles, relatedToEach, toDescribed } from './related.ts'
import { findCover } from './rules/covers.ts'
import { withPins } from './rules/overrides.ts'
import { buildScope, collectBlockedIds, findPins, findUnlisted, type Scope } from './scope.ts'
import { createSnapshot, type RankingSnapshot, type SnapshotParts } from './snapshot.ts'

export interface Ranker {
  /**
   * Ranks lists as of one moment; data that several lists need is read once. Refresh the candidate cache first.
   * @returns ranks one list; `readPublished` reads the list as published, and is called only if the list may have to
   *          stay as it is
   * @throws RangeError, when called, for an unknown list
   */
  snapshot(): (name: string, readPublished: () => Promise<readonly Standing[]>) => Promise<Ranking>
  /**
   * Ranks many related lists at once, likewise.
   * @param unread those of these articles that nobody can have read yet, so that they have no co-viewed articles
   */
  rankRelatedTo(articles: readonly ArticleId[], unread?: ReadonlySet<ArticleId>): Promise<readonly Ranking[]>
}

export interface RankerParts extends SnapshotParts {
  readonly registry: Pick<ListRegistry, 'parse'>
  readonly stories: Pick<Stories, 'similarToEach'>
  readonly reads: Reads
  readonly coViewed: Pick<CoViewed, 'top'>
  readonly visitors: Pick<Visitors, 'of'>
  readonly source: (id: string) => Source | undefined
  readonly publisherOf: (source: string) => string
  /** ms; older articles are out of reach. */
  readonly retention: () => number
  /** How many of the newest stories are in reach. */
  readonly reach: () => number
}

export const createRanker = (parts: RankerParts): Ranker => {
  const { registry, candidateCache, stories, reads, visitors, taxonomy, source, publisherOf, settings } = parts
  const scopeParts = { ...parts, groups: () => settings().groups, unlisted: () => findUnlisted(settings()) }
  const findProfile = createProfiles()

  const inputsFor = ({ now, newest, broad, storyCounts, baseline }: RankingSnapshot, scope: Scope): ListInputs => ({
    now,
    settings: settings(),
    section: scope.section,
    isPart: scope.isPart,
    reach: parts.reach(),
    newest: limit => newest(limit, scope),
    broad: (since, limit) => broad(since, limit, scope),
    storyCounts,
    visitors: visitors.of,
    candidates: stories => candidateCache.candidates(stories, scope.choice),
    readingSeconds: reads.seconds,
    baseline,
    weight: id => source(id)?.weight ?? 1,
    publisher: publisherOf,
  })

  const rankRelatedTo = async (
    ids: readonly ArticleId[],
    unread: ReadonlySet<ArticleId> = new Set(),
  ): Promise<Ranking[]> => {
    const state = createSnapshot(parts)
    const scope = buildScope({}, collectBlockedIds(await state.overrides(), 'related'), scopeParts)
    const articles = await candidateCache.articles(ids)
    const described = ids.map((id, index) => toDescribed(id, articles[index] ?? null, findProfile))
    const alike = await stories.similarToEach(described, settings().related * ALIKE)
    return relatedToEach(articles, alike, unread, scope, { ...parts, findProfile, newest: state.newest })
  }

  const rank = async (
    state: RankingSnapshot,
    name: string,
    readPublished: () => Promise<readonly Standing[]>,
  ): Promise<Ranking> => {
    const parsed = registry.parse(name)
    if (parsed === null) throw new RangeError(`${JSON.stringify(name)} is not a list: see docs/redis-contract.md`)
    if ('relatedTo' in parsed) return (await rankRelatedTo([parsed.relatedTo]))[0] ?? NOTHING
    const { definition, section, edition } = parsed
    if (section !== undefined && !taxonomy().some(({ id }) => id === section))
      throw new RangeError(`${JSON.stringify(section)} is not a section of config/sections.yaml`)
    if (edition && 'group' in edition && !Object.hasOwn(settings().groups, edition.group))
      throw new RangeError(`${JSON.stringify(edition.group)} is not a group of lists.groups`)

    const overrides = await state.overrides()
    const blocked = collectBlockedIds(overrides, name)
    const scope = buildScope(parsed, blocked, scopeParts)
    const inputs = inputsFor(state, scope)
    const window = parsed.window ?? definition.fixedWindow ?? 'now'
    const { minEntries: minimum } = inputs.settings
    const own = () => definition.rank(inputs, window)
    const fallbacks = definition
      .backfill(window)
      .map(({ placedBy, rank }): BackfillSource => [placedBy, () => rank(inputs)])
    const ranking = definition.needsEvents
      ? await rankByReads(
          { rank: own, fallbacks, minimum, stopped: state.inputStopped, readPublished },
          scope,
          candidateCache,
        )
      : { ...(await backfill(await own(), fallbacks, minimum)), stale: false }
    const pins = definition.isPinnable ? await findPins(overrides, name, blocked, candidateCache) : []
    return {
      ...ranking,
      ranked: withPins(ranking.ranked, pins, definition.size(inputs.settings)),
      window: parsed.window ?? definition.fixedWindow ?? '',
      covers:
        definition.ranksBy && !ranking.stale
          ? findCover(window, await state.firstEvent(definition.ranksBy), state.now)
          : '',
    }
  }

  return {
    rankRelatedTo,
    snapshot() {
      const shared = createSnapshot(parts, NEWEST)
      return (name, readPublished) => rank(shared, name, readPublished)
    },
  }
}
