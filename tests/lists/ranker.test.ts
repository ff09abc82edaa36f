import { describe, expect, it } from 'vitest'
import type { ArticleId } from '../../src/domain/article.ts'
import { createVisitors } from '../../src/events/audience/visitors.ts'
import { createReadCounts, createTops } from '../../src/events/top-articles.ts'
import { createBaselines } from '../../src/lists/baseline.ts'
import { createCandidateCache } from '../../src/lists/candidate-cache.ts'
import { createCoViewed } from '../../src/lists/co-viewed/co-viewed.ts'
import { createRanker } from '../../src/lists/ranker.ts'
import { createReads } from '../../src/lists/reads.ts'
import { LISTS } from '../../src/lists/registry.ts'
import { anArticle, newIn } from '../support/articles.ts'
import { aListRoom, RARITY, SOURCES } from '../support/lists.ts'

const HOUR = 3_600_000

/** A ranker over its own data in the run's Redis. */
const aRanker = (settings: Record<string, unknown> = {}) => {
  const alike = new Map<ArticleId, { id: ArticleId; similarity: number }[]>()
  const room = aListRoom({ settings: { minEntries: 2, ...settings } })
  const { archive, editors, changes, takeIn } = room.open()
  const { redis, keys, config, clock } = room
  const now = () => clock.now
  const counted = { redis, keys, halfLife: () => config.settings.events.halfLife, now }
  const candidateCache = createCandidateCache({ archive, changes })
  const ranker = createRanker({
    ...{ registry: LISTS, archive, candidateCache, editors, now },
    stories: {
      similarToEach: async articles =>
        articles.map(({ id, words }) => ({ similar: alike.get(id) ?? [], rarity: words.map(() => RARITY) })),
    },
    reads: createReads({ redis, keys, tops: createTops(counted), counts: createReadCounts(counted) }),
    baselines: createBaselines({ redis, keys }),
    coViewed: createCoViewed({ redis, keys, oneIn: () => 1 }),
    visitors: createVisitors({ redis, keys, now }),
    source: id => SOURCES.find(each => each.id === id),
    publisherOf: id => id,
    taxonomy: () => config.taxonomy,
    settings: () => config.settings.lists,
    retention: () => config.settings.articles.retention,
    reach: () => config.settings.lists.poolSize,
  })
  return {
    ...{ ranker, editors, alike, clock },
    /** Takes in an article of a story of its own. */
    async publish(title: string, some: Parameters<typeof anArticle>[0] = {}): Promise<ArticleId> {
      const article = anArticle({ title, publishedAt: clock.now, firstSeenAt: clock.now, ...some })
      await takeIn([{ article, decision: newIn(`s${article.id}`) }])
      return article.id
    },
    /** Lists as of this moment. */
    async snapshot() {
      await candidateCache.refresh()
      const rank = ranker.snapshot()
      return async (name: string) => {
        const ranking = await rank(name, async () => [])
        return { ...ranking, ids: ranking.ranked.map(({ candidate }) => candidate.article.id) }
      }
    },
  }
}

describe('the ranker', () => {
  it('the ranker ranks lists of one snapshot as of the same moment, even if articles arrive meanwhile', async () => {
    const desk = aRanker()
    const ferry = await desk.publish('Ferry treaty signed')
    const earlier = await desk.snapshot()
    expect((await earlier('latest')).ids).toEqual([ferry])
    desk.clock.now += HOUR
    const glacier = await desk.publish('Glacier calves')
    expect((await earlier('latest')).ids).toEqual([ferry])
    expect((await (await desk.snapshot())('latest')).ids).toEqual([glacier, ferry])
  })

  it('the ranker shows only articles of a section or its subsections', async () => {
    const desk = aRanker()
    const [ferry, shares] = [
      await desk.publish('Ferry treaty signed', { section: 'asia', sections: ['asia'] }),
      await desk.publish('Shares slide', { section: 'business', sections: ['business'] }),
    ]
    const rank = await desk.snapshot()
    expect((await rank('latest:business')).ids).toEqual([shares])
    expect((await rank('latest:asia')).ids).toEqual([ferry])
    expect((await rank('latest:world')).ids).toEqual([ferry])
  })

  it('the ranker leaves out blocked articles, and puts pinned ones at their rank, once', async () => {
    const desk = aRanker()
    const ids: ArticleId[] = []
    for (const title of ['Ferry treaty signed', 'Glacier calves', 'Mayor resigns', 'Bank keeps its rate']) {
      ids.push(await desk.publish(title))
      desk.clock.now += 60_000
    }
    const [ferry = '', glacier = ''] = ids
    const about = { list: 'must-reads', by: 'ada', at: desk.clock.now, until: desk.clock.now + HOUR }
    await desk.editors.place({ ...about, kind: 'block', what: glacier })
    await desk.editors.place({ ...about, kind: 'pin', what: ferry, place: 2 })
    const { ids: ranked } = await (await desk.snapshot())('must-reads')
    expect(ranked[1]).toBe(ferry)
    expect(ranked.toSorted()).toEqual(ids.filter(id => id !== glacier).toSorted())
    desk.clock.now += 2 * HOUR
    expect((await (await desk.snapshot())('must-reads')).ids.toSorted()).toEqual(ids.toSorted())
  })

  it('the ranker backfills a list of reads without readers with new articles, and names the source of the backfill', async () => {
    const desk = aRanker()
    const ids = [await desk.publish('Ferry treaty signed'), await desk.publish('Glacier calves')]
    const ranking = await (await desk.snapshot())('most-read:day')
    expect(ranking.ids.toSorted()).toEqual(ids.toSorted())
    expect(ranking.fallback).not.toBe('')
    expect(new Set(ranking.ranked.map(({ placedBy }) => placedBy))).toEqual(new Set([ranking.fallback]))
    expect(ranking.window).toBe('day')
  })

  it.each([
    ['newest', /"newest" is not a list: see docs\/redis-contract\.md/],
    ['latest:atlantis', /"atlantis" is not a section of config\/sections\.yaml/],
    ['latest:group:wire', /"wire" is not a group of lists\.groups/],
  ])('the ranker refuses %s and says what does not exist', async (name, why) => {
    const rank = await aRanker().snapshot()
    await expect(rank(name)).rejects.toThrow(why)
    await expect(rank(name)).rejects.toBeInstanceOf(RangeError)
  })

  it('the ranker answers once for each article whose related ones are requested, unknown ones included', async () => {
    const desk = aRanker({ related: 3 })
    const [ferry, strike] = [
      await desk.publish('Mayor of Port Ellin signs ferry treaty'),
      await desk.publish('Strike stops trams of Port Ellin'),
    ]
    desk.alike.set(ferry, [{ id: strike, similarity: 0.6 }])
    const unknown = 'ffffffffffffffff' as ArticleId
    await desk.snapshot()
    const [ofFerry, ofUnknown, ...more] = await desk.ranker.rankRelatedTo([ferry, unknown])
    expect(ofFerry?.ranked.map(({ candidate }) => candidate.article.id)).toEqual([strike])
    expect(ofUnknown?.ranked).toEqual([])
    expect(more).toEqual([])
  })
})
