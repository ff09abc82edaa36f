import { array, assert, constantFrom, integer, property, record, uniqueArray } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/domain/entry.ts'
import { fillPage, type PageParts, type Place, planReadings } from '../../src/domain/page.ts'

const place = (list: string, limit: number, repeat = false): Place => ({ list, limit, repeat })

/** Entries of stories by their names; `s1/b` is article b of story s1. */
const entries = (stories: readonly string[], placedBy: Entry['placedBy'] = 'rule'): string[] =>
  stories.map((name, index) => {
    const [story = '', article = story] = name.split('/')
    return JSON.stringify({ rank: index + 1, id: article, story: { id: story }, placedBy })
  })

type Lists = Readonly<Record<string, readonly string[] | { entries: readonly string[]; covers: string }>>

/** The stories of each panel, of lists that are read as far as the plan says. */
const fill = (places: readonly Place[], lists: Lists, some: Partial<PageParts> = {}) => {
  const parts = { article: null, unique: true, skipSame: false, ...some }
  const readings = new Map(
    [...planReadings(places, parts.unique)].map(([name, length]) => {
      const list = lists[name] ?? []
      const { entries: all, covers } = 'covers' in list ? list : { entries: list, covers: null }
      return [name, { entries: all.slice(0, length), covers }]
    }),
  )
  return fillPage({ places, readings, ...parts })
}
const stories = (...[places, lists, some]: Parameters<typeof fill>): string[][] =>
  fill(places, lists, some).map(panel => panel.entries.map(({ story }) => story.id))

describe('a unique page', () => {
  it('a unique page shows each story only in the first panel that has it, and later panels move on to their next entries', () => {
    const lists = { latest: entries(['a', 'b', 'c', 'd']), 'must-reads': entries(['b', 'a', 'd', 'c', 'e']) }
    expect(stories([place('latest', 2), place('must-reads', 2)], lists)).toEqual([
      ['a', 'b'],
      ['d', 'c'],
    ])
    expect(stories([place('must-reads', 2), place('latest', 2)], lists)).toEqual([
      ['b', 'a'],
      ['c', 'd'],
    ])
  })

  it('a unique page shows the story of the open article in no panel, whichever article leads it', () => {
    const lists = { latest: entries(['open/other', 'a', 'b']), 'related:x': entries(['moved/x', 'open/y', 'c']) }
    const article = { id: 'x', story: 'open' }
    expect(stories([place('latest', 2), place('related:x', 2)], lists, { article })).toEqual([['a', 'b'], ['c']])
  })

  it('a unique page with one list in two places continues it in the second, or repeats it if asked to', () => {
    const lists = { week: entries(['a', 'b', 'c', 'd', 'e']), latest: entries(['c']) }
    const [first, between] = [place('week', 2), place('latest', 1)]
    expect(stories([first, between, place('week', 2)], lists)).toEqual([['a', 'b'], ['c'], ['d', 'e']])
    // What another list shows is not repeated.
    expect(stories([first, between, place('week', 3, true)], lists)).toEqual([['a', 'b'], ['c'], ['a', 'b', 'd']])
    expect(stories([first, place('week', 1, true)], lists)).toEqual([['a', 'b'], ['a']])
  })

  it('a unique page with a section and its parent section shows their stories once', () => {
    const lists = {
      'latest:world': entries(['asia1', 'w1', 'asia2', 'w2']),
      'latest:asia': entries(['asia1', 'asia2', 'asia3']),
    }
    expect(stories([place('latest:world', 3), place('latest:asia', 2)], lists)).toEqual([
      ['asia1', 'w1', 'asia2'],
      ['asia3'],
    ])
    expect(stories([place('latest:asia', 2), place('latest:world', 3)], lists)).toEqual([
      ['asia1', 'asia2'],
      ['w1', 'w2'],
    ])
  })

  it('a page that is not unique shows the head of each list, up to the limit of each panel', () => {
    const lists = { week: entries(['a', 'b', 'c']), latest: entries(['a']) }
    const places = [place('week', 2), place('latest', 5), place('week', 3), place('nothing', 2)]
    expect(stories(places, lists, { unique: false })).toEqual([['a', 'b'], ['a'], ['a', 'b', 'c'], []])
  })

  it('a unique page never repeats a story, and fills every panel whose list is long enough within the planned read', () => {
    const name = constantFrom('one', 'two', 'three')
    const list = uniqueArray(integer({ min: 0, max: 40 }), { minLength: 0, maxLength: 41 })
    const placed = record({ list: name, limit: integer({ min: 0, max: 6 }) })
    assert(
      property(array(placed, { maxLength: 6 }), list, list, list, (wanted, one, two, three) => {
        const numbers: Readonly<Record<string, number[]>> = { one, two, three }
        const lists = Object.fromEntries(
          Object.entries(numbers).map(([key, of]) => [key, entries(of.map(story => `${story}`))]),
        )
        const places = wanted.map(each => place(each.list, each.limit))
        const panels = stories(places, lists, { article: { id: 'x', story: '0' } })
        const shown = new Set(['0'])
        for (const [index, panel] of panels.entries()) {
          // Read whole, the list gives the same.
          const free = (numbers[places[index]?.list ?? ''] ?? []).map(String).filter(story => !shown.has(story))
          expect(panel).toEqual(free.slice(0, places[index]?.limit))
          for (const story of panel) shown.add(story)
        }
      }),
    )
  })
})

describe('a page with skipSame', () => {
  const skip = { skipSame: true }
  const same = (places: readonly string[], lists: Lists): (string | null)[] =>
    fill(
      places.map(list => place(list, 2)),
      lists,
      skip,
    ).map(({ sameAs }) => sameAs)
  const of = (covers: string, ...names: string[]) => ({ entries: entries(names), covers })
  const [week, day, now] = ['most-read:week', 'most-read:day', 'most-read:now']

  it('a page with skipSame leaves out the list of the day or the week, whichever comes second, while both cover the same reads', () => {
    const young = { [week]: of('day', 'a', 'b', 'c'), [day]: of('day', 'a', 'b', 'c'), [now]: of('day', 'b', 'a', 'c') }
    expect(same([week, day, now], young)).toEqual([null, week, null])
    expect(same([day, week], young)).toEqual([null, day])
    expect(stories([place(week, 2), place(day, 2)], young, skip)).toEqual([['a', 'b'], []])
    const grown = { ...young, [week]: of('week', 'a', 'b', 'c') }
    expect(same([week, day], grown)).toEqual([null, null])
  })

  it('a page with skipSame leaves out what is read now only within the first hour', () => {
    const hour = of('hour', 'a', 'b')
    expect(same([now, week], { [now]: hour, [week]: hour })).toEqual([null, now])
    expect(same([now, 'most-read:hour'], { [now]: of('day', 'a'), 'most-read:hour': hour })).toEqual([null, null])
  })

  it('a page with skipSame keeps lists of different sections or of different kinds', () => {
    const hour = of('hour', 'a', 'b')
    const others = ['most-read:week', 'most-read:week:world', 'most-shared:week', 'latest']
    expect(same(others, Object.fromEntries(others.map(name => [name, hour])))).toEqual([null, null, null, null])
  })

  it('a page with skipSame leaves out a list that consists only of backfill from another', () => {
    const lists: Lists = {
      'latest:world': entries(['a', 'b']),
      'most-read:now:world': entries(['a', 'b'], 'latest'),
      'most-read:day:world': entries(['a', 'b'], 'latest'),
      'most-read:week': entries(['a', 'b']),
      'most-read:now': entries(['a', 'b'], 'week'),
    }
    expect(same(['latest:world', 'most-read:now:world'], lists)).toEqual([null, 'latest:world'])
    expect(same(['most-read:day:world', 'most-read:now:world'], lists)).toEqual([null, 'most-read:day:world'])
    expect(same(['most-read:week', 'most-read:now'], lists)).toEqual([null, 'most-read:week'])
    expect(same(['latest', 'most-read:now:world'], lists)).toEqual([null, null])
  })

  it('a page with skipSame keeps a list in which an editor pinned an entry', () => {
    const pinned = { entries: entries(['a', 'b'], 'pin'), covers: 'hour' }
    expect(same([week, day], { [week]: of('hour', 'a', 'b'), [day]: pinned })).toEqual([null, null])
  })

  it('a page with skipSame still shows one list in two places', () => {
    const [first, second] = stories([place(week, 1), place(week, 1, true)], { [week]: of('hour', 'a', 'b') }, skip)
    expect([first, second]).toEqual([['a'], ['a']])
  })

  it('a page with skipSame names as the same list one that it shows, not another that it left out', () => {
    const young = of('day', 'a', 'b', 'c')
    const lists = { [day]: young, [week]: young, [now]: { entries: entries(['a', 'b'], 'week'), covers: '' } }
    expect(same([day, week, now], lists)).toEqual([null, day, day])
  })

  it('a page with skipSame still shows the second place of a list that made it leave out another', () => {
    const young = of('day', 'a', 'b', 'c', 'd')
    const places = [place(week, 1), place(day, 1), place(week, 2)]
    expect(stories(places, { [week]: young, [day]: young }, skip)).toEqual([['a'], [], ['b', 'c']])
  })
})
