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

describe('the memory of an item', () => {
  it('the memory of an item is read back as written', () => {
    for (const each of [memory('x'), { ...memory(''), article: null }])
      expect(parseSeenItem(formatSeenItem(each))).toEqual(each)
    expect(parseSeenItem(null)).toBeNull()
  })

  it('the memory of an item is found by its id or its link', () => {
    expect(matchItem(item(), [memory('x'), null]).seen?.article).toBe('x')
    expect(matchItem(item(), [null, memory('x')]).seen?.article).toBe('x')
    expect(matchItem(item(), [null, null]).seen).toBeNull()
  })

  it('the memory of an item is the one of its link if id and link belong to two articles', () => {
    expect(matchItem(item(), [memory('x'), memory('y')])).toMatchObject({ seen: memory('y'), crossed: true })
    expect(matchItem(item({ headlined: true }), [memory('y'), memory('x', 'ccccbbbbbb')])).toMatchObject({
      seen: memory('y'),
      crossed: true,
    })
  })

  it('the memory of an item under an id made of the headline is used only if the remembered headline was another', () => {
    const headlined = item({ key: 'link', also: ['id'], headlined: true })
    expect(matchItem(headlined, [null, memory('x')]).seen).toBeNull()
    expect(matchItem(headlined, [null, memory('x', 'ccccbbbbbb')]).seen?.article).toBe('x')
  })
})

describe('ids of items', () => {
  const still: ItemMatch = { seen: memory('x'), crossed: false, replaced: false }
  const times = (count: number, some: Partial<ItemMatch>) =>
    Array.from({ length: count }, () => ({ ...still, ...some }))

  it('ids of items are unstable if more than one of them was seen on other articles', () => {
    expect(areIdsUnstable([...times(2, { crossed: true }), ...times(18, {})], 20)).toBe(true)
    expect(areIdsUnstable([...times(1, { crossed: true }), ...times(4, {})], 5)).toBe(false)
    expect(areIdsUnstable(times(2, { crossed: true }), 60)).toBe(false)
  })

  it('ids of items are unstable if a third of them moves to other headlines with other links at once', () => {
    expect(areIdsUnstable([...times(8, { replaced: true }), ...times(12, {})], 20)).toBe(true)
    expect(areIdsUnstable([...times(3, { replaced: true }), ...times(17, {})], 20)).toBe(false)
  })
})
