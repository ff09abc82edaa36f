import { describe, expect, it } from 'vitest'
import { crawl } from '../../jobs/crawl.ts'
import { articles } from '../../jobs/ingest.ts'
import { Settings } from '../../src/config/schema.ts'
import { articleId } from '../../src/domain/canonical-url.ts'
import { unpackContent } from '../../src/domain/packed-content.ts'
import { Rule } from '../../src/rules/rule.ts'
import { applyToStored, dryRun } from '../../src/use-cases/item-rules/dry-run.ts'
import { createLiveRules } from '../../src/use-cases/item-rules/live-rules.ts'
import { readDropped, readRuleCounts } from '../../src/use-cases/item-rules/rule-counts.ts'
import { sourceId } from '../support/articles.ts'
import { aFeed } from '../support/feed.ts'
import type { FeedItemSketch } from '../support/http.ts'
import { aJobDesk } from '../support/jobs.ts'

const courier = sourceId('courier')
const published = new Date('2026-05-04T10:00:00Z')
const item = (title: string, more: Partial<FeedItemSketch> = {}): FeedItemSketch => ({ title, published, ...more })
const urlOf = (title: string) => `https://courier.example/${title.toLowerCase().replaceAll(' ', '-')}`
const idOf = (title: string) => articleId(urlOf(title))

/** A feed under rules, ingested as often as a test likes. */
const aSite = async (rules: readonly object[], ...items: FeedItemSketch[]) => {
  const feed = await aFeed(items)
  const desk = aJobDesk({ courier: feed.url })
  const setRules = (some: readonly object[]) =>
    Object.assign(desk.config, { rules: { apply: 'all', rules: some.map(each => Rule.parse(each)) } })
  setRules(rules)
  const ingest = async () => {
    await desk.run(crawl, { sourceId: courier, trigger: 'manual' })
    const [batch] = await desk.batches()
    await desk.queues.articles.drain()
    return batch && desk.run(articles, batch)
  }
  const stored = async (title: string) => (await desk.articleStore.articles([idOf(title)]))[0] ?? null
  const hash = (title: string) => desk.redis.hgetall(desk.keys.article(idOf(title)))
  const latest = async () => {
    await desk.lists.publisher.publish('latest')
    const entries = await desk.redis.lrange(desk.keys.list('latest'), 0, -1)
    return entries.map(entry => JSON.parse(entry) as { title: string; labels?: string[] })
  }
  const titles = async () => (await latest()).map(({ title }) => title).toSorted()
  return { desk, feed, setRules, ingest, stored, hash, latest, titles }
}

const WITHOUT_RULES = { labels: undefined, ruled: undefined }

describe('rules for items that come in', () => {
  it('an item that a rule drops becomes no article, is kept with the rule, and does not fill the quarantine', async () => {
    const { desk, ingest, titles } = await aSite(
      [{ id: 'no-horoscopes', when: { title: 'horoscope*' }, do: { drop: true } }],
      item('Horoscopes for May'),
      item('Glacier calves'),
    )
    expect(await ingest()).toMatchObject({ added: 1, refused: { rule: 1 } })
    expect(await titles()).toEqual(['Glacier calves'])
    expect(await readDropped(desk, 10)).toMatchObject([
      { rules: ['no-horoscopes'], source: 'courier', title: 'Horoscopes for May', url: urlOf('Horoscopes for May') },
    ])
    expect((await readRuleCounts(desk)).get('no-horoscopes')).toEqual({ items: 1, last: desk.clock.now })
    expect(await desk.sources.quarantine.refused(courier)).toEqual([])
    expect(await ingest()).toBeUndefined()
  })

  it('a hidden article is stored and in no list, and comes back when an edit no longer matches', async () => {
    const { feed, ingest, stored, hash, titles } = await aSite(
      [{ id: 'sale', when: { title: 'sale' }, do: { hide: true } }],
      item('Summer sale', { guid: 'a' }),
      item('Glacier calves'),
    )
    await ingest()
    expect(await titles()).toEqual(['Glacier calves'])
    expect((await stored('Summer sale'))?.ruled).toEqual({ rules: ['sale'], isHidden: true })
    feed.state.items[0] = item('Summer festival', { guid: 'a', path: 'summer-sale' })
    expect(await ingest()).toMatchObject({ updated: 1 })
    expect(await titles()).toEqual(['Glacier calves', 'Summer festival'])
    expect(await hash('Summer sale')).toMatchObject({ title: 'Summer festival' })
    expect(await hash('Summer sale')).not.toHaveProperty('ruled')
  })

  it('an article that is stored when an edit makes a rule drop it is hidden', async () => {
    const { feed, ingest, stored, titles } = await aSite(
      [{ id: 'sale', when: { title: 'sale' }, do: { drop: true } }],
      item('Summer festival', { guid: 'a', path: 'x' }),
    )
    await ingest()
    expect(await titles()).toEqual(['Summer festival'])
    feed.state.items[0] = item('Summer sale', { guid: 'a', path: 'x' })
    expect(await ingest()).toMatchObject({ updated: 1, refused: {} })
    expect(await titles()).toEqual([])
    expect(await stored('x')).toMatchObject({ title: 'Summer sale', ruled: { isHidden: true } })
  })

  it('labels are in the hash and in the entries of lists, and only where there are some', async () => {
    const { ingest, hash, latest } = await aSite(
      [{ id: 'ads', when: { url: '/partner/' }, do: { label: ['sponsored', 'paywall'] } }],
      item('Buy a car', { path: 'partner/car' }),
      item('Glacier calves'),
    )
    await ingest()
    expect(await hash('partner/car')).toMatchObject({ labels: '["sponsored","paywall"]' })
    expect(await hash('Glacier calves')).not.toHaveProperty('labels')
    expect(Object.fromEntries((await latest()).map(({ title, labels }) => [title, labels]))).toEqual({
      ...{ 'Buy a car': ['sponsored', 'paywall'], 'Glacier calves': undefined },
    })
  })

  it('a rule sets the section against the evidence, another adds one, and both are told as evidence', async () => {
    const { ingest, stored } = await aSite(
      [
        { id: 'columns', when: { title: 'column' }, do: { section: 'business' } },
        { id: 'more', when: { title: 'column' }, do: { addSection: 'sports', section: 'world' } },
      ],
      item('A column on ferries', { category: 'Politics' }),
    )
    await ingest()
    const article = await stored('A column on ferries')
    expect(article).toMatchObject({ section: 'business', sections: ['business', 'sports'] })
    expect(article?.evidence.filter(({ from }) => from === 'rule')).toEqual([
      { section: 'business', from: 'rule', what: 'columns, more', weight: 1 },
      { section: 'sports', from: 'rule', what: 'columns, more', weight: 1 },
    ])
  })

  it('an article that joins no story stays alone, and no later article joins it', async () => {
    const text = 'The ferry Aurora sank off Bergen harbour with forty passengers aboard, the coast guard said.'
    const titles = [
      'Ferry Aurora sinks off Bergen harbour, forty aboard',
      'Ferry Aurora sinks off Bergen with forty aboard',
    ]
    const paths = titles.map((title, index) => item(title, { text, path: `${index}` }))
    const storiesUnder = async (rules: readonly object[]) => {
      const { ingest, stored } = await aSite(rules, ...paths)
      await ingest()
      return new Set([(await stored('0'))?.story, (await stored('1'))?.story]).size
    }
    expect(await storiesUnder([])).toBe(1)
    expect(await storiesUnder([{ id: 'alone', when: { url: '/0' }, do: { story: false } }])).toBe(2)
  })

  it('a rule keeps less of a text than its source does', async () => {
    const body = `<p>First <b>paragraph</b> of the report.</p><p>${'And a long sentence about glaciers. '.repeat(40)}</p>`
    const rules = [
      { id: 'none', when: { title: 'secret' }, do: { content: 'off' } },
      { id: 'plain', when: { words: { min: 200 }, title: 'plain' }, do: { content: 'text' } },
    ]
    const names = ['Secret report', 'Plain report', 'Whole report', 'Other plain report']
    const { desk, ingest } = await aSite(
      rules,
      ...names.map((name, index) =>
        item(name, { text: index === 3 ? `<p>${'A short sentence. '.repeat(60)}</p>` : body }),
      ),
    )
    const { settings } = desk.config
    Object.assign(desk.config, {
      settings: Settings.parse({ crawl: { hostGap: '0ms', allow: ['127.0.0.0/8'] }, articles: { content: 'html' } }),
    })
    expect(settings.articles.content).not.toBe('html')
    await ingest()
    const [secret, plain, whole, other] = await Promise.all(
      names.map(async name => unpackContent(await desk.redis.getBuffer(desk.keys.articleContent(idOf(name))))),
    )
    expect(secret).toBeNull()
    expect(plain?.html).toBeUndefined()
    expect(plain?.text).toMatch(/^First paragraph of the report\.\n\nAnd a long/)
    expect(whole?.html).toContain('<b>paragraph</b>')
    expect(other?.html).toContain('short sentence')
  })

  it('without rules nothing is written that rules would write', async () => {
    const { desk, ingest, stored } = await aSite([], item('Glacier calves'))
    await ingest()
    expect(await stored('Glacier calves')).toMatchObject({ title: 'Glacier calves' })
    expect({ ...WITHOUT_RULES, ...(await stored('Glacier calves')) }).toMatchObject(WITHOUT_RULES)
    expect(await desk.redis.keys(`{${desk.keys.prefix}:rules}*`)).toEqual([])
  })
})

describe('live rules', () => {
  const live = (id: string, when: object, actions: object) => {
    const written = { id, when, do: actions }
    return { rule: Rule.parse(written), written: written as Record<string, unknown>, by: 'ana', at: 1 }
  }

  it('a live rule takes effect once a process looks, comes before the file, and replaces a rule with its id', async () => {
    const { desk, ingest, titles } = await aSite(
      [{ id: 'sale', when: { title: 'sale' }, do: { drop: true } }],
      item('Summer sale'),
      item('Glacier calves'),
    )
    const rules = createLiveRules(desk)
    expect(await desk.itemRules.refresh()).toBe(false)
    expect(await rules.save(live('sale', { title: 'glacier' }, { hide: true }))).toEqual({ kind: 'done', result: null })
    expect(await desk.itemRules.refresh()).toBe(true)
    expect(await desk.itemRules.refresh()).toBe(false)
    expect(desk.itemRules.list()).toMatchObject([{ rule: { id: 'sale' }, live: { by: 'ana' } }])
    expect(await ingest()).toMatchObject({ added: 2 })
    expect(await titles()).toEqual(['Summer sale'])
  })

  it('live rules are added, replaced in their place, moved and removed, by several editors at once', async () => {
    const { desk } = await aSite([])
    const rules = createLiveRules(desk)
    const ids = async () => (await rules.read()).rules.map(({ rule }) => rule.id)
    await Promise.all(
      ['a', 'b', 'c', 'd'].map(id => createLiveRules(desk).save(live(id, { title: id }, { hide: true }))),
    )
    expect((await ids()).toSorted()).toEqual(['a', 'b', 'c', 'd'])
    const [first = '', second = ''] = await ids()
    expect(await rules.save(live(first, { title: 'new' }, { drop: true }))).toMatchObject({
      result: { rule: { id: first } },
    })
    expect((await ids())[0]).toBe(first)
    await rules.move(first, 'down')
    expect((await ids()).slice(0, 2)).toEqual([second, first])
    await rules.move(second, 'up')
    expect((await ids())[0]).toBe(second)
    await rules.remove(second)
    expect(await ids()).not.toContain(second)
    expect(await rules.remove('x')).toMatchObject({ kind: 'missing' })
  })

  it('a live rule that cannot be read is told and does not stop the others', async () => {
    const { desk } = await aSite([])
    await createLiveRules(desk).save(live('a', { title: 'x' }, { hide: true }))
    const stored = JSON.parse((await desk.redis.hget(desk.keys.liveRules(), 'rules')) ?? '') as object[]
    const broken = { written: { id: 'b', when: { titel: 'x' } }, by: 'bo', at: 1 }
    await desk.redis.hset(desk.keys.liveRules(), 'rules', JSON.stringify([broken, ...stored]), 'version', '2')
    await desk.itemRules.refresh()
    expect(desk.itemRules.list().map(({ rule }) => rule.id)).toEqual(['a'])
    expect(desk.itemRules.problems()).toEqual([expect.stringContaining('live rule b cannot be read')])
  })
})

describe('rules on stored articles', () => {
  const rules = {
    apply: 'all' as const,
    rules: [Rule.parse({ id: 'sale', when: { title: 'sale' }, do: { drop: true, label: 'sponsored' } })],
  }

  it('a dry run tells which stored articles match, and changes nothing', async () => {
    const { desk, ingest, titles } = await aSite([], item('Summer sale'), item('Glacier calves'))
    await ingest()
    const tried = await dryRun(desk, rules)
    expect(tried).toMatchObject({ articles: 2, matches: [{ id: idOf('Summer sale'), verdict: { drop: true } }] })
    expect(Object.fromEntries(tried.byRule)).toEqual({ sale: 1 })
    expect(await titles()).toEqual(['Glacier calves', 'Summer sale'])
  })

  it('rules applied to stored articles hide and label them, and those of no rule any more come back', async () => {
    const { desk, ingest, titles, hash } = await aSite([], item('Summer sale'), item('Glacier calves'))
    await ingest()
    expect(await titles()).toEqual(['Glacier calves', 'Summer sale'])
    expect(await applyToStored(desk, rules, desk.publishing, 1_000)).toEqual({ articles: 2, changed: 1 })
    expect(await titles()).toEqual(['Glacier calves'])
    expect(await hash('Summer sale')).toMatchObject({ labels: '["sponsored"]' })
    expect(await applyToStored(desk, rules, desk.publishing, 1_000)).toEqual({ articles: 2, changed: 0 })
    await applyToStored(desk, { apply: 'all', rules: [] }, desk.publishing, 1_000)
    expect(await titles()).toEqual(['Glacier calves', 'Summer sale'])
  })
})
