import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { startSelfCheck } from '../../src/app/self-check.ts'
import type { StoryId } from '../../src/domain/article.ts'
import { createSelfCheck, type RankingDesk } from '../../src/lists/self-check.ts'
import { createMetrics } from '../../src/server/metrics/metrics.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'
import { until } from '../support/until.ts'

const room = aListRoom({ settings: { minEntries: 0 } })
const { redis, keys, clock } = room
const quake = anArticle({ title: 'Quake off the coast', source: 'courier' })
const vote = anArticle({ title: 'Parliament votes', source: 'gazette' })

/** A desk that has published all its lists. */
const begin = async () => {
  const mine = await redis.keys(`*${keys.prefix}*`)
  if (mine.length > 0) await redis.del(mine)
  clock.now = NOON
  const desk = room.open()
  await desk.takeIn([
    { article: quake, decision: newIn('s1') },
    { article: vote, decision: newIn('s2') },
  ])
  for (const name of desk.publisher.names()) await desk.publisher.publish(name)
  return desk
}

/** The results of one check of each list. */
const checkAll = async ({ publisher, checkNext }: Awaited<ReturnType<typeof begin>>) => {
  const results = []
  for (const _ of publisher.names()) results.push(await checkNext())
  return results
}

describe('the self-check of a daemon', () => {
  it('a long-running daemon finds that it ranks every list like a freshly started one', async () => {
    const desk = await begin()
    await desk.takeIn([{ article: anArticle({ title: 'Ferry signed', source: 'herald' }), decision: newIn('s3') }])
    const results = await checkAll(desk)
    expect(results.map(result => result?.list).sort()).toEqual([...desk.publisher.names()].sort())
    expect(results.flatMap(result => result?.differing)).toEqual([])
  })

  it('a daemon that missed a change finds the lists it ranks differently from a freshly started one', async () => {
    const desk = await begin()
    await desk.archive.merge('s2' as StoryId, 's1' as StoryId, NOON)
    const results = await checkAll(desk)
    const latest = results.find(result => result?.list === 'latest')
    expect(latest?.differing.join('\n')).toContain('story s1: 1 articles, 1 sources')
    expect(latest?.differing.join('\n')).toContain('story s1: 2 articles, 2 sources')
  }, 120_000)

  it('news that arrives between the two rankings of a self-check counts as no difference', async () => {
    const ranks: string[][] = [['a'], ['a', 'b'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c'], ['a', 'b', 'c']]
    const desk: RankingDesk = {
      candidateCache: { refresh: async () => '0-0' },
      ranker: {
        snapshot: () => async () =>
          ({
            ranked: (ranks.shift() ?? []).map(id => ({
              candidate: { article: { ...quake, id, updatedAt: 0 }, story: { id, articles: [id], sources: [] } },
            })),
          }) as never, // as much of a ranking as is read
      },
    }
    const waited: number[] = []
    const check = createSelfCheck({
      ...{ redis, keys, own: desk, createFresh: () => desk, names: () => ['latest'], random: () => 0.5 },
      wait: async ms => waited.push(ms),
    })
    expect(await check()).toEqual({ list: 'latest', differing: [] })
    expect(waited).toHaveLength(1)
  })

  it('a self-check that finds a difference is counted, and logged with the name of the list', async () => {
    const logged: string[] = []
    const metrics = createMetrics({ version: 'test', read: () => Promise.reject(new Error('not read')), now: Date.now })
    const outcomes = [[], ['Quake off the coast']]
    const stop = startSelfCheck({
      redis,
      checkNext: async () => {
        const differing = outcomes.shift()
        return differing ? { list: 'latest', differing } : null
      },
      onChecked: metrics.selfChecked,
      log: pino({ level: 'error' }, { write: line => logged.push(line) }),
      every: 5,
    })
    await until(() => logged.length > 0)
    await stop()
    expect(logged.map(line => JSON.parse(line))).toMatchObject([{ list: 'latest', differing: ['Quake off the coast'] }])
    const scraped = await metrics.scrape()
    expect(scraped).toContain('newsdesk_list_checks_total{outcome="same"} 1')
    expect(scraped).toContain('newsdesk_list_checks_total{outcome="different"} 1')
  })
})
