import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { articleId } from '../../src/domain/canonical-url.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { until } from '../support/until.ts'

const text = (word: string) => `${`The council voted ${word} on the harbour after a long debate. `.repeat(14).trim()}`
const item = (path: string, word = 'once') => ({
  ...{ title: `Harbour vote ${path}`, path, published: new Date(Date.now() - 60_000) },
  text: `&lt;p&gt;${text(word)}&lt;/p&gt;`,
})

describe('texts of a daemon', () => {
  it('texts of a daemon are those of the feeds as each source is configured, follow their edits, and do not stay in jobs', {
    timeout: 120_000,
  }, async () => {
    const feeds = await Promise.all(['plain', 'marked', 'none'].map(id => aFeed([item(id)], `https://${id}.example`)))
    const source = (id: string, content?: 'html' | 'off') => ({
      ...{ id, name: `The ${id}`, url: `${feeds[['plain', 'marked', 'none'].indexOf(id)]?.url}/rss`, section: 'world' },
      ...(content ? { content } : {}),
    })
    const desk = testDaemon({ sources: [source('plain'), source('marked', 'html'), source('none', 'off')] })
    const client = createClient(desk.redis, { prefix: desk.keys.prefix })
    const read = async (id: string) => {
      const article = await client.article(articleId(`https://${id}.example/${id}`), { content: true })
      return article && { ...article.content, publisher: article.publisher }
    }
    await desk.start(['scheduler', 'crawl', 'articles'])
    const all = () => Promise.all(['plain', 'marked', 'none'].map(read))
    expect(await until(all, articles => articles.every(article => article !== null))).toEqual([
      { publisher: 'The plain', text: text('once'), words: 154, minutes: 1, from: 'feed' },
      { publisher: 'The marked', html: `<p>${text('once')}</p>`, words: 154, minutes: 1, from: 'feed' },
      { publisher: 'The none' },
    ])

    const [plain] = feeds
    if (plain) plain.state.items = [item('plain', 'twice')]
    await until(
      () => read('plain'),
      article => article?.text === text('twice'),
    )

    // A finished job is kept for an hour: not with the texts that are stored by now.
    const queues = openQueues(desk.redis, desk.keys)
    const jobs = await until(
      () => queues.articles.getJobs(['completed']),
      found => found.length >= 4,
    )
    expect(JSON.stringify(jobs.map(({ data }) => data))).not.toContain('"content":"')
    await Promise.all(Object.values(queues).map(queue => queue.close()))
  })
})
