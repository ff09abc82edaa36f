import { describe, expect, it } from 'vitest'
import { articleId, bareUrl } from '../../src/domain/canonical-url.ts'
import { testDaemon } from '../support/daemon.ts'
import { serve } from '../support/http.ts'
import { until } from '../support/until.ts'

interface Story {
  readonly title: string
  readonly link: string
  readonly guid?: string
}

/** A publisher whose feed a test changes; the same document keeps its ETag. */
const aPublisher = async (stories: Story[]) => {
  const state = { stories, edition: 0 }
  const server = await serve((request, response) => {
    const etag = `"${state.edition}-${state.stories.length}"`
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end()
    const items = state.stories.map(
      ({ title, link, guid }) =>
        `<item><title>${title}</title><link>${link.replaceAll('&', '&amp;')}</link>${guid ? `<guid isPermaLink="false">${guid}</guid>` : ''}<pubDate>${new Date().toUTCString()}</pubDate></item>`,
    )
    response.writeHead(200, { etag, 'content-type': 'application/rss+xml' })
    response.end(`<rss version="2.0"><channel><title>Courier</title>${items.join('')}</channel></rss>`)
  })
  return { ...server, state }
}

const TITLES = ['Harbour bridge reopens', 'Volcano Skarn erupts', 'Ferry treaty signed in Marle']
const HASHES = [
  '5f2b8c1e9a7d4f60b3c2d1e0f9a8b7c6',
  '0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d',
  '1b2c3d4e5f60718293a4b5c6d7e8f901',
]
const titlesOf = (entries: readonly { title: string }[]) => entries.map(({ title }) => title).sort()

const desk = (url: string) => testDaemon({ sources: [{ id: 'courier', name: 'Courier', url, section: 'world' }] })

describe('articles whose URLs differ only in a parameter', () => {
  it('articles whose URLs differ only in a parameter stay separate if it identifies them, with working links and counts of their own', async () => {
    const link = (n: number) => `https://courier.example/article.pl?sid=26/05/04/012345${n}&from=rss`
    const { url } = await aPublisher(TITLES.map((title, n) => ({ title, link: link(n) })))
    const { start, list, redis, keys } = desk(url)
    await start()
    const shown = await until(
      () => list('latest'),
      entries => entries.length === 3,
    )
    expect(new Set(shown.map(each => each.url))).toEqual(new Set([0, 1, 2].map(link)))
    await redis.xadd(keys.events(), '*', 'kind', 'view', 'article', `${link(1)}&utm_source=x`, 'visitor', 'v')
    const id = articleId(link(1))
    expect(
      await until(
        () => redis.hget(keys.article(id), 'views'),
        count => count === '1',
      ),
    ).toBe('1')
  })

  it('articles whose URLs differ only in a parameter are separated once two are in one feed document, and none appears twice', async () => {
    const story = (n: number): Story => ({
      title: TITLES[n] ?? '',
      link: `https://courier.example/story?sid=${HASHES[n]}`,
    })
    const { url, state, requests } = await aPublisher([story(0)])
    const { start, list, redis, keys } = desk(url)
    await start()
    const [first] = await until(
      () => list('latest'),
      entries => entries.length === 1,
    )
    expect(first?.url).toBe('https://courier.example/story')
    state.stories = [story(1), story(0)]
    await until(
      () => list('latest'),
      entries => entries.length === 2,
    )
    state.stories = [story(2), story(1), story(0)]
    const shown = await until(
      () => list('latest'),
      entries => entries.length === 3,
    )
    expect(titlesOf(shown)).toEqual([...TITLES].sort())
    // The first keeps its id, and is found under its old address and its new one.
    expect(shown.find(({ title }) => title === TITLES[0])?.id).toBe(first?.id)
    for (const [n, article] of [story(0).link, 'https://courier.example/story', story(2).link].entries())
      await redis.xadd(keys.events(), '*', 'kind', 'view', 'article', article, 'visitor', `v${n}`)
    const third = shown.find(({ title }) => title === TITLES[2])?.id ?? ''
    const views = () => Promise.all([first?.id ?? '', third].map(id => redis.hget(keys.article(id), 'views')))
    expect(await until(views, ([one, other]) => one === '2' && other === '1')).toEqual(['2', '1'])
    const polls = requests.length
    await until(() => Promise.resolve(requests.length > polls + 1))
    expect(await list('latest')).toHaveLength(3)
  })

  it('articles whose URLs differ only in a parameter are separated after an upgrade, and the merged one keeps its address and count', async () => {
    const link = (n: number) => `https://courier.example/article.pl?sid=26/05/04/012345${n}`
    const story = (n: number): Story => ({ title: TITLES[n] ?? '', link: link(n), guid: `story-${n}` })
    const old = bareUrl(link(0)) ?? ''
    const { url, state } = await aPublisher([story(0)])
    const { start, list, redis, keys } = desk(url)
    // As the version before left it: the bare address, whose id all items were marked with.
    const daemon = await start()
    const [now] = await until(
      () => list('latest'),
      entries => entries.length === 1,
    )
    await daemon.stop()
    const id = articleId(old)
    const hash = await redis.hgetall(keys.article(now?.id ?? ''))
    await redis.hset(keys.article(id), { ...hash, id, url: old, views: '7' })
    await redis.hset(`${'{'}${keys.prefix}:events}:total:view`, id, '7')
    const members = await redis.hgetall(keys.storyMembers(hash.story ?? ''))
    const member = (members[now?.id ?? ''] ?? '{}').replaceAll(now?.id ?? '', id).replace(link(0), old)
    await redis.hset(keys.storyMembers(hash.story ?? ''), id, member)
    await redis.hdel(keys.storyMembers(hash.story ?? ''), now?.id ?? '')
    await redis.hset(keys.story(hash.story ?? ''), { lead: id, articles: JSON.stringify([id]) })
    await redis.del(keys.article(now?.id ?? ''))
    const seen = Object.entries(await redis.hgetall(keys.seen('courier')))
    for (const [key, memory] of seen)
      await redis.hset(
        keys.seen('courier'),
        key,
        memory.replace(now?.id ?? '', id).replace(/^.{4}.{6}/, text => `${text.slice(0, 4)}xxxxxx`),
      )
    await redis.set(keys.schema(), 4)
    await start()
    state.stories = [story(1), story(0)]
    const shown = await until(
      () => list('latest'),
      entries => entries.length === 2,
    )
    expect(titlesOf(shown)).toEqual([TITLES[0], TITLES[1]].sort())
    expect(shown.find(({ title }) => title === TITLES[0])?.id).toBe(id)
    expect(
      await until(
        () => redis.hget(keys.article(id), 'url'),
        shownUrl => shownUrl === link(0),
      ),
    ).toBe(link(0))
    for (const [n, article] of [old, link(0)].entries())
      await redis.xadd(keys.events(), '*', 'kind', 'view', 'article', article, 'visitor', `v${n}`)
    expect(
      await until(
        () => redis.hget(keys.article(id), 'views'),
        count => count === '9',
      ),
    ).toBe('9')
  })
})
