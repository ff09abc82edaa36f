import { describe, expect, it } from 'vitest'
import { createParameterStore } from '../../src/articles/parameters/parameter-store.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()

const ids = ['5f2b8c1e9a7d4f60b3c2d1e0f9a8b7c6', '0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d']
const twoOf = (site: string) =>
  ids.map((id, n) => ({ title: `Story ${n} of ${site}`, page: `https://${site}/a?sid=${id}` }))

describe('what sites tell articles apart by', () => {
  it('URL parameters that identify articles are known to every process after its next refresh', async () => {
    const one = createParameterStore({ redis, keys })
    const other = createParameterStore({ redis, keys })
    await other.refresh()
    expect(await one.learn('courier', twoOf('courier.example'))).toEqual([
      'courier.example identifies articles by sid: kept in its URLs',
    ])
    expect(one.keeps('courier.example', 'sid')).toBe(true)
    await other.refresh()
    expect(other.keeps('courier.example', 'sid')).toBe(true)
    expect(await other.learn('courier', twoOf('courier.example'))).toEqual([])
    await redis.del(keys.urlParameters())
    await other.refresh()
    expect(other.keeps('courier.example', 'sid')).toBe(false)
  })

  it('what sites tell articles apart by is taught by a source of a few sites only, so that one that means ill changes no more', async () => {
    const kept = createParameterStore({ redis, keys })
    const many = Array.from({ length: 50 }, (_, n) => `victim${n}.example`)
    const [last] = (await kept.learn('evil', many.flatMap(twoOf))).slice(-1)
    expect(last).toContain('42 more sites')
    await kept.learn('evil', many.toReversed().flatMap(twoOf))
    expect(many.filter(site => kept.keeps(site, 'sid'))).toHaveLength(8)
    await kept.learn('gazette', twoOf('gazette.example'))
    expect(kept.keeps('gazette.example', 'sid')).toBe(true)
  })
})
