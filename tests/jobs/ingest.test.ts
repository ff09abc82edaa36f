import { describe, expect, it } from 'vitest'
import { crawl } from '../../jobs/crawl.ts'
import { articles } from '../../jobs/ingest.ts'
import { sourceId } from '../support/articles.ts'
import { aFeed } from '../support/feed.ts'
import type { FeedItemSketch } from '../support/http.ts'
import { aJobDesk } from '../support/jobs.ts'

const courier = sourceId('courier')
const item = (title: string, more: Partial<FeedItemSketch> = {}): FeedItemSketch => ({
  ...{ title, published: new Date('2026-05-04T10:00:00Z'), ...more },
})

/** A feed that was crawled: its batch waits to be ingested. */
const crawled = async (...items: FeedItemSketch[]) => {
  const feed = await aFeed(items)
  const desk = aJobDesk({ courier: feed.url })
  const crawlAgain = async () => {
    await desk.run(crawl, { sourceId: courier, trigger: 'manual' })
    const [batch, ...others] = await desk.batches()
    if (!batch || others.length > 0) throw new Error(`${others.length + (batch ? 1 : 0)} batches wait, not one`)
    await desk.queues.articles.drain()
    return batch
  }
  const batch = await crawlAgain()
  return {
    ...{ desk, feed, batch, crawlAgain },
    ingest: (data: unknown = batch) => desk.run(articles, data),
    /** Which items of the batch are known. */
    seen: async () => (await desk.sources.lookUpSeen(courier, batch.items)).map(({ seen }) => seen !== null),
    headlines: async () => {
      const stories = await desk.articleStore.stories(await desk.articleStore.newestStories(10))
      const leads = await desk.articleStore.articles(stories.flatMap(story => (story ? [story.lead] : [])))
      return leads.map(article => article?.title)
    },
  }
}

describe('a batch of items', () => {
  it('a batch of items becomes articles, marks its items as known, and queues the affected lists', async () => {
    const { desk, ingest, seen, headlines } = await crawled(item('Ferry treaty signed'), item('Glacier calves'))
    expect(await seen()).toEqual([false, false])
    expect(await ingest()).toMatchObject({ added: 2, updated: 0, merged: 0, refused: {} })
    expect((await headlines()).toSorted()).toEqual(['Ferry treaty signed', 'Glacier calves'])
    expect(await seen()).toEqual([true, true])
    expect(await desk.queues.publish.getJobCountByTypes('waiting', 'prioritized', 'delayed')).toBeGreaterThan(0)
  })

  it('a batch of items that is run again, as after a crash, adds nothing', async () => {
    const { ingest, headlines } = await crawled(item('Ferry treaty signed'), item('Glacier calves'))
    await ingest()
    expect(await ingest()).toMatchObject({ added: 0, updated: 0, merged: 0 })
    expect(await headlines()).toHaveLength(2)
  })

  it('a batch of items brings in all but invalid ones, which are quarantined with the reason', async () => {
    const { desk, ingest, seen, headlines } = await crawled(item(' ', { path: 'a' }), item('Glacier calves'))
    expect(await ingest()).toMatchObject({ added: 1, refused: { 'no-title': 1 } })
    expect(await headlines()).toEqual(['Glacier calves'])
    expect(await desk.sources.quarantine.refused(courier)).toMatchObject([{ reason: 'no-title' }])
    expect(desk.notes.join()).toContain('refused')
    // Refused once is enough.
    expect(await seen()).toEqual([true, true])
  })

  it('a batch with an edited item corrects its article without adding another', async () => {
    const { feed, ingest, crawlAgain, headlines } = await crawled(item('Ferry treaty singed', { path: 'ferry' }))
    await ingest()
    feed.state.items = [item('Ferry treaty signed', { path: 'ferry' })]
    expect(await ingest(await crawlAgain())).toMatchObject({ added: 0, updated: 1 })
    expect(await headlines()).toEqual(['Ferry treaty signed'])
  })

  describe('items at one address', () => {
    const version = (number: number, hour: number) =>
      item(`Version ${number}`, { path: 'a', guid: `a#${number}`, published: new Date(Date.UTC(2026, 4, 4, hour)) })

    it('of versions of an article in one document the newest is shown, and the others are counted', async () => {
      const { desk, ingest, headlines } = await crawled(version(0, 8), item('Glacier calves'), version(1, 9))
      expect(await ingest()).toMatchObject({ added: 2, updated: 0, refused: { 'same-address': 1 } })
      expect((await headlines()).toSorted()).toEqual(['Glacier calves', 'Version 1'])
      expect(await desk.sources.quarantine.refused(courier)).toEqual([])
    })

    it('a newer version that comes later corrects the article, an older one does not', async () => {
      const { feed, ingest, crawlAgain, headlines } = await crawled(version(1, 9))
      await ingest()
      feed.state.items = [version(0, 8)]
      expect(await ingest(await crawlAgain())).toMatchObject({ updated: 0, refused: { 'same-address': 1 } })
      expect(await headlines()).toEqual(['Version 1'])
      feed.state.items = [version(2, 10), version(0, 8)]
      expect(await ingest(await crawlAgain())).toMatchObject({ added: 0, updated: 1 })
      expect(await headlines()).toEqual(['Version 2'])
    })

    it('posts of a live blog, whose links differ after #, are articles of their own', async () => {
      const posts = [1, 2].map(n => item(`Post ${n} of the count`, { path: `live#post-${n}`, guid: `post ${n}` }))
      const { feed, ingest, crawlAgain, headlines } = await crawled(...posts)
      expect(await ingest()).toMatchObject({ added: 2, refused: {} })
      // A post that comes alone is told apart as well.
      feed.state.items = [item('The winner is known', { path: 'live#post-3', guid: 'post 3' })]
      expect(await ingest(await crawlAgain())).toMatchObject({ added: 1, updated: 0 })
      expect((await headlines()).toSorted()).toEqual([
        'Post 1 of the count',
        'Post 2 of the count',
        'The winner is known',
      ])
    })
  })

  describe('a source whose items are refused', () => {
    const dead = (title: string, path = 'a') => item(title, { path })
    const stateOf = async (desk: Awaited<ReturnType<typeof crawled>>['desk']) => {
      const { status, refusals } = await desk.sources.state(courier)
      return [status, refusals?.count ?? 0, refusals?.reason ?? '']
    }

    it('a source whose items are all refused is not fresh until one is accepted', async () => {
      const { desk, feed, ingest, crawlAgain } = await crawled(dead(' '), dead('-', 'b'))
      await ingest()
      expect(await stateOf(desk)).toEqual(['refused', 2, 'no-title'])
      feed.state.items = [item('Glacier calves')]
      await ingest(await crawlAgain())
      expect(await stateOf(desk)).toEqual(['fresh', 0, ''])
    })

    it('a source that has had articles is still fresh after one refused item, and not after several', async () => {
      const { desk, feed, ingest, crawlAgain } = await crawled(item('Glacier calves'), dead(' '))
      await ingest()
      expect(await stateOf(desk)).toEqual(['fresh', 0, ''])
      feed.state.items = [item(' ', { path: 'b' })]
      await ingest(await crawlAgain())
      expect(await stateOf(desk)).toEqual(['fresh', 0, ''])
      feed.state.items = [item(' ', { path: 'c' }), item(' ', { path: 'd' })]
      await ingest(await crawlAgain())
      expect(await stateOf(desk)).toEqual(['refused', 3, 'no-title'])
    })
  })

  it('the title without labels is used to classify and learn, and the article keeps the published title', async () => {
    const { desk, batch, headlines } = await crawled(item('UPDATE 3-Ferry treaty signed in Port Ellin'))
    const titles: string[] = []
    await desk.run(articles, batch, {
      classify: ({ title }) => {
        titles.push(title)
        return []
      },
      learn: async learnt => void titles.push(...learnt.map(({ title }) => title)),
    })
    expect(titles).toEqual(['Ferry treaty signed in Port Ellin', 'Ferry treaty signed in Port Ellin'])
    expect(await headlines()).toEqual(['UPDATE 3-Ferry treaty signed in Port Ellin'])
  })

  it('a batch of a source that was removed meanwhile is skipped', async () => {
    const { desk, ingest, headlines } = await crawled(item('Ferry treaty signed'))
    await desk.catalogue.remove([courier])
    expect(await ingest()).toMatchObject({ skipped: 1, why: expect.stringContaining('courier') })
    expect(await headlines()).toEqual([])
  })

  it('items are not marked as known if too few replicas have their articles, so that they are ingested again', async () => {
    const { desk, ingest, seen, headlines } = await crawled(item('Ferry treaty signed'))
    desk.replicas.wanted = 1
    await expect(ingest()).rejects.toThrow('only 0 of 1 replicas')
    expect(await seen()).toEqual([false])
    desk.replicas.wanted = 0
    await ingest()
    expect(await seen()).toEqual([true])
    expect(await headlines()).toEqual(['Ferry treaty signed'])
  })

  it('an item whose article was lost from Redis is ingested again by the next crawl, though it is known', async () => {
    const { desk, ingest, batch, crawlAgain, headlines } = await crawled(item('Ferry treaty signed'))
    await ingest()
    const [known] = await desk.sources.lookUpSeen(courier, batch.items)
    await desk.redis.del(desk.keys.article(known?.seen?.article ?? ''))
    expect(await headlines()).toEqual([undefined])
    const again = await crawlAgain()
    expect(again.items).toMatchObject([{ isLost: true }])
    expect(await ingest(again)).toMatchObject({ added: 1 })
    expect(await headlines()).toEqual(['Ferry treaty signed'])
  })

  it('the validators of a feed are stored with the last batch of its crawl, and not before', async () => {
    const { desk, ingest } = await crawled(item('Ferry treaty signed'))
    const etag = async () => (await desk.sources.state(courier)).validators?.etag ?? null
    expect(await etag()).toBeNull()
    await ingest()
    expect(await etag()).not.toBeNull()
  })
})
