import { describe, expect, it } from 'vitest'
import { computeNeeds, processes } from '../../scripts/scaling/costs.ts'

const costs = {
  cpuPerThousandArticles: 4,
  cpuPerThousandPolls: 2,
  cpuPerMillionEvents: { worker: 10, redis: 20 },
  redisShare: 0.25,
  bytesPerArticle: 10_000,
  bytesPerSource: 1_000,
  bytesPerEventOfAnHour: 100,
}
const room = { name: 'a', sources: 86_400, polls: 1, articlesAMonth: 2_592_000, eventsADay: 86_400, retention: 30 }

describe('the sizing of an installation', () => {
  it('the sizing of an installation is the load of its busiest hour times the cost of each operation, split between workers and Redis', () => {
    const needs = computeNeeds(room, costs)
    expect(needs).toMatchObject({ articlesASecond: 3, pollsASecond: 1, eventsASecond: 3 })
    expect(needs.articleCores).toBeCloseTo(0.009)
    expect(needs.crawlCores).toBeCloseTo(0.0015)
    expect(needs.redisCores).toBeCloseTo(0.003 + 0.0005 + 0.00006)
    expect(needs.redisBytes).toBeCloseTo((2_592_000 * 10_000 + 86_400 * 1_000 + 3 * 3_600 * 100) * 1.5)
    expect(needs.masters).toBe(2)
  })

  it('the sizing of an installation grows with the articles kept, and is at least one of each component', () => {
    expect(computeNeeds({ ...room, retention: 60 }, costs).redisBytes).toBeGreaterThan(
      1.9 * computeNeeds(room, costs).redisBytes,
    )
    const none = computeNeeds({ ...room, sources: 0, articlesAMonth: 0, eventsADay: 0 }, costs)
    expect([none.masters, processes(none.articleCores)]).toEqual([1, 1])
    expect(processes(1.2)).toBe(3)
  })
})
