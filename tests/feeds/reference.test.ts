import { describe, expect, it } from 'vitest'
import { DETAILS, type Details, digest, holds, readReference } from '../../scripts/reference.ts'

const NONE: Details = { authors: [], categories: [], image: [], summary: [], content: [], enclosures: [] }

describe('the reference for conformance', () => {
  it('has one value for each detail of an item, with the rule that it comes from', async () => {
    const all = [...(await readReference()).values()].flat()
    expect(all.length).toBeGreaterThanOrEqual(200)
    expect(new Set(all.map(({ path, item, fact }) => `${path} ${item} ${fact}`)).size).toBe(all.length)
    for (const { fact, rule, digest } of all) {
      expect(DETAILS).toContain(fact)
      expect(rule).not.toBe('')
      expect(digest).toMatch(/^[0-9a-f]{12}$/)
    }
  })

  it('counts the best of the fields of a reader, and none only if all are empty', () => {
    const wanted = { path: 'a.xml', item: 0, fact: 'authors', rule: '' } as const
    const jo = { ...wanted, digest: digest(['Jo Reed', 'Al Wu']) }
    const nobody = { ...wanted, digest: digest([]) }
    const found = { ...NONE, authors: [[], ['Jo  Reed', 'Al Wu']] }
    expect([holds(found, jo), holds(found, nobody)]).toEqual([true, false])
    expect([holds(NONE, jo), holds(NONE, nobody)]).toEqual([false, true])
    expect(holds({ ...NONE, authors: [['Al Wu', 'Jo Reed']] }, jo)).toBe(false)
  })
})
