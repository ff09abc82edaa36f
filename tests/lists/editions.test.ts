import { describe, expect, it } from 'vitest'
import type { ArticleId } from '../../src/domain/article.ts'
import { anArticle, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('lists of a language and of a group of sources', () => {
  const room = aListRoom({
    settings: { minEntries: 1, languages: ['de', 'pt'], groups: { locals: ['herald', 'gazette'] } },
  })
  const desk = room.open()
  const { clock } = room

  const publish = async (title: string, source: string, language: string, story: string, section = 'world') => {
    clock.now += MINUTE
    const article = anArticle({ title, source, language, section, publishedAt: clock.now, firstSeenAt: clock.now })
    return desk.takeIn([{ article, decision: newIn(story) }])
  }

  it('lists of a language and of a group of sources are among the list names, latest by section too', () => {
    const names = desk.publisher.names()
    for (const name of [
      'latest:language:de',
      'must-reads:language:pt',
      'trending:group:locals',
      'most-read:week:group:locals',
      'latest:world:language:de',
      'latest:sports:group:locals',
    ])
      expect(names).toContain(name)
  })

  it('lists of a language and of a group of sources show only articles of that language, in any region, or of those sources', async () => {
    await publish('Fähre nimmt den Betrieb auf', 'courier', 'de-AT', 's1')
    await publish('Ferry back in service', 'herald', 'en', 's2')
    await publish('Balsa volta a operar', 'gazette', 'pt', 's3', 'sports')
    for (const name of [
      'latest:language:de',
      'latest:language:pt',
      'latest:group:locals',
      'latest:sports:group:locals',
    ])
      await desk.publisher.publish(name)
    expect(await room.titles('latest:language:de')).toEqual(['Fähre nimmt den Betrieb auf'])
    expect(await room.titles('latest:language:pt')).toEqual(['Balsa volta a operar'])
    expect(await room.titles('latest:group:locals')).toEqual(['Balsa volta a operar', 'Ferry back in service'])
    expect(await room.titles('latest:sports:group:locals')).toEqual(['Balsa volta a operar'])
  })

  it('lists of a language and of a group of sources show their own article of a story if another leads it', async () => {
    await publish('Harbour strike ends', 'gazette', 'en', 's4')
    await publish('Hafenstreik zu Ende', 'courier', 'de', 's4')
    await publish('Strike over at the harbour', 'herald', 'en', 's4')
    for (const name of ['latest', 'latest:language:de', 'latest:group:locals']) await desk.publisher.publish(name)
    expect((await room.titles('latest'))[0]).toBe('Harbour strike ends')
    expect((await room.titles('latest:language:de'))[0]).toBe('Hafenstreik zu Ende')
    expect(await room.titles('latest:group:locals')).toContain('Harbour strike ends')
  })

  it('lists of a language and of a group of sources change with every article that may be theirs, and with edits of shown ones', async () => {
    const ingested = await publish('Noch eine Meldung', 'herald', 'de', 's5')
    expect(desk.publisher.affectedBy(ingested)).toEqual(
      expect.arrayContaining(['latest:language:de', 'latest:group:locals', 'latest:world:language:de']),
    )
    const edited = { ...ingested, edited: ingested.articles }
    expect(desk.publisher.affectedBy(edited)).toEqual(
      expect.arrayContaining(['most-read:day:language:de', 'trending:group:locals', 'most-shared:week']),
    )
  })

  it('lists of a language or a group of sources that is not configured are refused', async () => {
    await expect(desk.publisher.publish('latest:group:nobody')).rejects.toThrow(
      /"nobody" is not a group of lists.groups/,
    )
  })
})

describe('a list of reads without new events', () => {
  const room = aListRoom({ settings: { minEntries: 2, minVisitors: 1, mostRead: 5, staleAfter: '1h' } })
  const desk = room.open()
  const { redis, keys, clock } = room
  const articles = ['First', 'Second', 'Third', 'Fourth'].map((title, at) =>
    anArticle({ title, source: ['courier', 'herald', 'gazette'][at % 3] ?? '', publishedAt: clock.now }),
  )
  const idOf = (title: string): ArticleId => articles.find(each => each.title === title)?.id ?? ('' as ArticleId)
  /** As the counter leaves it when reads are counted. */
  const reads = async (title: string, count: number) => {
    await redis.zadd(keys.eventWindow('view', 'hour'), count, idOf(title))
    await desk.visitors.note([{ article: idOf(title), visitor: 'v', hash: () => 'h', at: clock.now }])
  }

  it('a list of reads without new events stays as it was, marked stale, and is ranked again when events arrive', async () => {
    for (const article of articles) await desk.takeIn([{ article, decision: newIn(`s${article.title}`) }])
    await redis.xadd(keys.events(), `${clock.now}-1`, 'kind', 'view', 'article', idOf('First'))
    await reads('Second', 9)
    await reads('First', 5)
    await desk.publisher.publish('most-read:hour')
    expect(await room.titles('most-read:hour')).toEqual(['Second', 'First'])
    expect(await room.meta('most-read:hour')).toMatchObject({ stale: '0', window: 'hour' })

    // The window empties behind the last read, and still the panel shows what it showed.
    clock.now += 61 * MINUTE
    await redis.del(keys.eventWindow('view', 'hour'))
    await desk.publisher.publish('most-read:hour')
    expect(await room.titles('most-read:hour')).toEqual(['Second', 'First'])
    expect(await room.meta('most-read:hour')).toMatchObject({ stale: '1' })

    await redis.xadd(keys.events(), `${clock.now}-1`, 'kind', 'view', 'article', idOf('Third'))
    await reads('Third', 1)
    await reads('Fourth', 2)
    await desk.publisher.publish('most-read:hour')
    expect(await room.titles('most-read:hour')).toEqual(['Fourth', 'Third'])
    expect(await room.meta('most-read:hour')).toMatchObject({ stale: '0' })
  })

  it('a list of reads without new events drops articles that may no longer be shown, and is backfilled with new ones', async () => {
    clock.now += 2 * HOUR
    await desk.editors.place({
      ...{ kind: 'block', what: idOf('Fourth'), list: '*', by: 'ed', at: clock.now, until: clock.now + HOUR },
    })
    await desk.publisher.publish('most-read:hour')
    const entries = await room.list('most-read:hour')
    expect(entries[0]?.title).toBe('Third')
    expect(entries).toHaveLength(2)
    expect(entries[1]?.placedBy).toBe('latest')
    expect(await room.meta('most-read:hour')).toMatchObject({ stale: '1', fallback: 'latest' })
  })
})

describe('the visitors of an article', () => {
  const room = aListRoom()
  const { visitors } = room.open()
  const { clock } = room
  const article = 'aaaaaaaaaaaaaaaa' as ArticleId
  const view = (visitor: string, at = clock.now) => ({ article, visitor, hash: () => visitor, at })
  const counts = async () =>
    Object.fromEntries(
      await Promise.all(
        (['hour', 'day', 'week'] as const).map(async window => [window, (await visitors.of([article], window))[0]]),
      ),
    )

  it('the visitors of an article are counted per window, a returning one once, and each view without a visitor as one', async () => {
    await visitors.note([view('ann'), view('ann'), view('ben'), view(''), view('')])
    expect(await counts()).toEqual({ hour: 4, day: 4, week: 4 })
    clock.now += 2 * HOUR
    await visitors.note([view('ann'), view('cay', clock.now - 26 * HOUR)])
    expect(await counts()).toEqual({ hour: 1, day: 4, week: 5 })
    clock.now += 8 * 24 * HOUR
    expect(await counts()).toEqual({ hour: 0, day: 0, week: 0 })
  })

  it('the visitors of an article are counted up to fifty, and new ones are counted again after a quarter of an hour', async () => {
    await visitors.note(Array.from({ length: 80 }, (_, n) => view(`crowd ${n}`)))
    expect(await counts()).toEqual({ hour: 50, day: 50, week: 50 })
    clock.now += 50 * MINUTE
    await visitors.note([view('late')])
    clock.now += 20 * MINUTE
    expect((await counts()).hour).toBe(1)
  })
})

describe('articles read by the same readers', () => {
  const room = aListRoom({ settings: { coViewSampleRate: 1, minEntries: 0, coReadWeight: 1 } })
  const desk = room.open()
  const { clock } = room
  const articles = ['Budget', 'Tax', 'Ferry'].map((title, at) =>
    anArticle({ title, source: ['courier', 'herald', 'gazette'][at] ?? '', publishedAt: clock.now }),
  )
  const idOf = (title: string): ArticleId => articles.find(each => each.title === title)?.id ?? ('' as ArticleId)
  const read = (visitor: string, title: string) =>
    desk.coReads.note([{ article: idOf(title), visitor, hash: () => visitor, at: clock.now }])

  it('articles read by the same readers are related even if their texts differ, more surely the more readers they share', async () => {
    for (const article of articles) await desk.takeIn([{ article, decision: newIn(`s${article.title}`) }])
    for (const visitor of ['ann', 'ben', 'cay', 'dan']) {
      await read(visitor, 'Budget')
      await read(visitor, 'Tax')
    }
    for (const visitor of ['ann', 'ben']) await read(visitor, 'Ferry')
    // Once more is no second reader.
    await read('ann', 'Ferry')
    expect(await desk.coReads.top(idOf('Budget'), 10)).toEqual([
      { article: idOf('Tax'), both: 4, one: 4, other: 4 },
      { article: idOf('Ferry'), both: 2, one: 4, other: 2 },
    ])
    await desk.publisher.publishRelated([idOf('Budget'), idOf('Ferry')])
    expect(await room.titles(`related:${idOf('Budget')}`)).toEqual(['Tax', 'Ferry'])
    expect((await room.titles(`related:${idOf('Ferry')}`)).toSorted()).toEqual(['Budget', 'Tax'])
  })

  it('articles read by the same readers are found with the related lists that show them, so that an edit reaches these', async () => {
    expect((await desk.publisher.relatedShowing([idOf('Tax')])).toSorted()).toEqual(
      [idOf('Budget'), idOf('Ferry')].toSorted(),
    )
    expect(await desk.publisher.relatedShowing([])).toEqual([])
  })
})
