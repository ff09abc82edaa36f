import { describe, expect, it } from 'vitest'
import type { ArticleId } from '../../src/domain/article.ts'
import {
  areIdsUnstable,
  formatSeenItem,
  type ItemMatch,
  matchItem,
  parseSeenItem,
  type SeenItem,
} from '../../src/sources/items/unstable-ids.ts'

const memory = (article: string, fingerprint = 'aaaabbbbbb'): SeenItem => ({
  fingerprint,
  day: 20_000,
  article: article as ArticleId,
})
const item = (some = {}) => ({ key: 'id', also: ['link'], headlined: false, fingerprint: 'aaaabbbbbb', ...some })

describe('what is remembered of an item', () => {
  it('what is remembered of an item is read as it was written', () => {
    for (const each of [memory('x'), { ...memory(''), article: null }])
      expect(parseSeenItem(formatSeenItem(each))).toEqual(each)
    expect(parseSeenItem(null)).toBeNull()
  })

  it('what is remembered of an item is found under either of its keys', () => {
    expect(matchItem(item(), [memory('x'), null]).seen?.article).toBe('x')
    expect(matchItem(item(), [null, memory('x')]).seen?.article).toBe('x')
    expect(matchItem(item(), [null, null]).seen).toBeNull()
  })

  it('what is remembered of an item is what its link says where id and link were two articles', () => {
    expect(matchItem(item(), [memory('x'), memory('y')])).toMatchObject({ seen: memory('y'), crossed: true })
    expect(matchItem(item({ headlined: true }), [memory('y'), memory('x', 'ccccbbbbbb')])).toMatchObject({
      seen: memory('y'),
      crossed: true,
    })
  })

  it('what is remembered of an item under an id made of the headline counts only where the headline is another: the same one may be tomorrow’s', () => {
    const headlined = item({ key: 'link', also: ['id'], headlined: true })
    expect(matchItem(headlined, [null, memory('x')]).seen).toBeNull()
    expect(matchItem(headlined, [null, memory('x', 'ccccbbbbbb')]).seen?.article).toBe('x')
  })
})

describe('ids', () => {
  const still: ItemMatch = { seen: memory('x'), crossed: false, replaced: false }
  const times = (count: number, some: Partial<ItemMatch>) =>
    Array.from({ length: count }, () => ({ ...still, ...some }))

  it('ids of items wander where they were seen on other articles, more than once', () => {
    expect(areIdsUnstable([...times(2, { crossed: true }), ...times(18, {})], 20)).toBe(true)
    expect(areIdsUnstable([...times(1, { crossed: true }), ...times(4, {})], 5)).toBe(false)
    expect(areIdsUnstable(times(2, { crossed: true }), 60)).toBe(false)
  })

  it('ids of items wander where a third of them stands on other headlines under other links at once', () => {
    expect(areIdsUnstable([...times(8, { replaced: true }), ...times(12, {})], 20)).toBe(true)
    expect(areIdsUnstable([...times(3, { replaced: true }), ...times(17, {})], 20)).toBe(false)
  })
})
