import { describe, expect, it, vi } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { Source } from '../../src/domain/source.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { createSummaryCache } from '../../src/sources/store/summary-cache.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const sourceOf = (id: string) => Source.parse({ id, name: id, url: `https://${id}.example/rss`, section: 'world' })
let catalogue = ['courier', 'gazette', 'herald'].map(sourceOf)
let clock = Date.UTC(2026, 10, 24, 12)
const now = () => clock
const sources = createSources({ redis, keys, catalogue: () => catalogue, settings: () => CrawlSettings.parse({}), now })
const glance = createSummaryCache({ redis, keys, catalogue: () => catalogue, now })
const id = (name: string) => sourceOf(name).id
const success = {
  validators: null,
  itemHashes: null,
  published: [],
  carried: 3,
  newItems: 3,
  hints: {},
  freshFor: null,
  movedTo: null,
  hasUnstableIds: false,
  title: null,
}

/** Sources read while something is done. */
const readBy = async (work: () => Promise<unknown>): Promise<number> => {
  const reads = vi.spyOn(redis, 'hmget')
  await work()
  const { length } = reads.mock.calls
  reads.mockRestore()
  return length
}

describe('the summary of all sources', () => {
  it('the summary of all sources shows the outcome of each, immediately after a fetch', async () => {
    await sources.sync()
    expect((await glance()).map(({ status }) => status)).toEqual(['new', 'new', 'new'])
    await sources.succeeded(id('courier'), success)
    await sources.failed(id('gazette'), { reason: 'timeout', detail: 'took too long' })
    clock += 1_000
    const seen = await glance()
    expect(seen).toMatchObject([
      { source: { id: 'courier' }, status: 'fresh', week: 3, failures: 0 },
      { source: { id: 'gazette' }, status: 'failing', failures: 1, lastError: { reason: 'timeout' } },
      { source: { id: 'herald' }, status: 'new', week: 0 },
    ])
    expect(seen[0]?.nextAt).toBe((await sources.state(id('courier'))).nextAt)
  })

  it('the summary of all sources reads only the sources whose state changed', async () => {
    clock += 1_000
    expect(await readBy(() => glance())).toBe(0)
    await sources.deferred(id('herald'), 60_000, 'asked to')
    clock += 1_000
    expect(await readBy(() => glance())).toBe(1)
  })

  it('the summary of all sources shows other changes, such as those by push, within a minute', async () => {
    const push = { at: clock, outcome: 'push', status: 200, ms: 1, bytes: 1, items: 4, reason: '' } as const
    await sources.record(id('courier'), push)
    clock += 61_000
    expect((await glance())[0]?.week).toBe(7)
  })

  it('the summary of all sources follows the catalogue', async () => {
    catalogue = ['herald', 'tribune'].map(sourceOf)
    await sources.sync()
    expect((await glance()).map(({ source }) => source.id)).toEqual(['herald', 'tribune'])
  })
})
