import { assert, constantFrom, integer, property, record, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { Source, type SourceId } from '../../src/domain/source.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { createCatalogue } from '../../src/sources/catalogue/catalogue.ts'
import { type Fetch, packFetch, unpackFetch } from '../../src/sources/state/history.ts'
import { createSources } from '../../src/sources/store/sources.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
let run = 0
const aSource = (id: string, more = {}): Source =>
  Source.parse({ id, name: id, url: `https://${id}.example/rss`, section: 'world', ...more })
const ids = (list: readonly Source[]) => list.map(({ id }) => id as string)
const id = (name: string) => name as SourceId

const twoProcesses = (...file: Source[]) => {
  const own = keysFor(`${keys.prefix}-${run++}`)
  const state = { file: file as readonly Source[] }
  const open = () => createCatalogue({ redis, keys: own, file: () => state.file })
  return { one: open(), other: open(), state, keys: own }
}

describe('the catalogue of sources', () => {
  it('the catalogue is the file plus what was added, paused and removed, in every process after its next refresh', async () => {
    const { one, other } = twoProcesses(aSource('a'), aSource('b'))
    expect(await other.refresh()).toBe(false)
    await one.add([aSource('c', { interval: '90s' })])
    await one.setEnabled([id('a')], false)
    await one.remove([id('b')])
    expect(await other.refresh()).toBe(true)
    expect(other.list()).toEqual([{ ...aSource('a'), enabled: false }, aSource('c', { interval: '90s' })])
    expect(await other.refresh()).toBe(false)
    expect(other.list()).toBe(other.list())
  })

  it("the catalogue uses the file's definition if an id is in both", async () => {
    const { one, state } = twoProcesses()
    await one.add([aSource('a', { name: 'Typed' })])
    state.file = [aSource('a', { name: 'Filed' })]
    expect(one.list()).toMatchObject([{ id: 'a', name: 'Filed' }])
    state.file = []
    expect(one.list()).toMatchObject([{ id: 'a', name: 'Typed' }])
  })

  it('the catalogue refuses a duplicate id, and brings back a removed source of the file', async () => {
    const { one } = twoProcesses(aSource('a'))
    await expect(one.add([aSource('a')])).rejects.toThrow(/there is a source "a" already/)
    await expect(one.add([aSource('b'), aSource('b')])).rejects.toThrow(/"b" already/)
    await one.remove([id('a')])
    expect(one.list()).toEqual([])
    await one.setEnabled([id('a')], true)
    expect(ids(one.list())).toEqual(['a'])
  })

  it('the catalogue skips an unreadable entry with a message, and keeps all others', async () => {
    const { one, other, keys: own } = twoProcesses()
    await one.add([aSource('a')])
    await redis.hset(own.addedSources(), 'broken', '{"id":')
    await redis.incr(own.catalogueVersion())
    await other.refresh()
    expect(ids(other.list())).toEqual(['a'])
    expect(other.overlay().problems).toEqual([expect.stringContaining('source broken in Redis cannot be read')])
  })
})

describe('the last fetches of a source', () => {
  it('the last fetches of a source are read back as written, to the second', () => {
    const fetch = record({
      at: integer({ min: 0, max: 4e12 }).map(at => Math.floor(at / 1_000) * 1_000),
      outcome: constantFrom('changed', 'unchanged', 'failed', 'push'),
      status: integer({ min: 0, max: 599 }),
      ms: integer({ min: 0, max: 1e6 }),
      bytes: integer({ min: 0, max: 1e8 }),
      items: integer({ min: 0, max: 20_000 }),
      reason: constantFrom('', 'timeout', 'not-a-feed'),
    })
    assert(
      property(fetch, each => {
        expect(unpackFetch(packFetch(each as Fetch))).toEqual(each)
      }),
    )
    assert(property(string(), text => void unpackFetch(text)))
  })

  it('the last fetches of a source are the latest thirty, in little memory', async () => {
    const own = keysFor(`${keys.prefix}-${run++}`)
    const sources = createSources({
      ...{ redis, keys: own },
      catalogue: () => [],
      settings: () => CrawlSettings.parse({}),
      now: () => 0,
    })
    for (let at = 1; at <= 40; at += 1) {
      await sources.record(id('a'), {
        ...{ at: 1_780_000_000_000 + at * 1_000, outcome: 'unchanged', status: 304 },
        ...{ ms: 120, bytes: 0, items: 0, reason: '' },
      })
    }
    const history = await sources.history(id('a'))
    expect(history).toHaveLength(30)
    expect(history[0]?.at).toBe(1_780_000_040_000)
    expect(Number(await redis.memory('USAGE', own.history('a'), 'SAMPLES', 0))).toBeLessThan(1_200)
  })
})
