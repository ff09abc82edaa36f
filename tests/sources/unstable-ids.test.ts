import { describe, expect, it } from 'vitest'
import type { ArticleId } from '../../src/domain/article.ts'
import {
  formatMemory,
  type Memory,
  parseMemory,
  type Recalled,
  recall,
  wander,
} from '../../src/sources/items/unstable-ids.ts'

const memory = (article: string, fingerprint = 'aaaabbbbbb'): Memory => ({
  fingerprint,
  day: 20_000,
  article: article as ArticleId,
})
const item = (some = {}) => ({ key: 'id', also: ['link'], headlined: false, fingerprint: 'aaaabbbbbb', ...some })

describe('what is remembered of an item', () => {
  it('is read as it was written', () => {
    for (const each of [memory('x'), { ...memory(''), article: null }])
      expect(parseMemory(formatMemory(each))).toEqual(each)
    expect(parseMemory(null)).toBeNull()
  })

  it('is found under either of its keys', () => {
    expect(recall(item(), [memory('x'), null]).memory?.article).toBe('x')
    expect(recall(item(), [null, memory('x')]).memory?.article).toBe('x')
    expect(recall(item(), [null, null]).memory).toBeNull()
  })

  it('is what the link says where id and link were two articles', () => {
    expect(recall(item(), [memory('x'), memory('y')])).toMatchObject({ memory: memory('y'), crossed: true })
    expect(recall(item({ headlined: true }), [memory('y'), memory('x', 'ccccbbbbbb')])).toMatchObject({
      memory: memory('y'),
      crossed: true,
    })
  })

  it('under an id made of the headline counts only where the headline is another: the same one may be tomorrow’s', () => {
    const headlined = item({ key: 'link', also: ['id'], headlined: true })
    expect(recall(headlined, [null, memory('x')]).memory).toBeNull()
    expect(recall(headlined, [null, memory('x', 'ccccbbbbbb')]).memory?.article).toBe('x')
  })
})

describe('ids', () => {
  const still: Recalled = { memory: memory('x'), crossed: false, replaced: false }
  const times = (count: number, some: Partial<Recalled>) => Array.from({ length: count }, () => ({ ...still, ...some }))

  it('wander where they were seen on other articles, more than once', () => {
    expect(wander([...times(2, { crossed: true }), ...times(18, {})], 20)).toBe(true)
    expect(wander([...times(1, { crossed: true }), ...times(4, {})], 5)).toBe(false)
    expect(wander(times(2, { crossed: true }), 60)).toBe(false)
  })

  it('wander where a third of them stands on other headlines under other links at once', () => {
    expect(wander([...times(8, { replaced: true }), ...times(12, {})], 20)).toBe(true)
    expect(wander([...times(3, { replaced: true }), ...times(17, {})], 20)).toBe(false)
  })
})
