import { describe, expect, it } from 'vitest'
import { crawls } from './world.ts'

describe('the invented world of the benches', () => {
  it('a source never has two items of one title in a crawl, since newsdesk would take them as one article', () => {
    for (const { data } of crawls(20, 60, 1, 0)) {
      const titles = data.items.map(({ item }) => item.title)
      expect(new Set(titles).size).toBe(titles.length)
    }
  })
})
