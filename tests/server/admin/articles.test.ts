import { describe, expect, it } from 'vitest'
import { findFetch } from '../../../src/server/admin/pages/articles/routes.ts'
import type { Fetch } from '../../../src/sources/state/history.ts'
import { logIn, post, seen, setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'
import { rss, serve } from '../../support/http.ts'
import { until } from '../../support/until.ts'

const TITLES = {
  courier: ['Ferry treaty signed between Port Ellin and Sandholm after long talks', 'Harvest begins in the valley'],
  gazette: ['UPDATE 1-Port Ellin and Sandholm sign ferry treaty after long talks'],
}
const feed = await serve((request, response) => {
  const name = request.url?.includes('gazette') ? 'gazette' : 'courier'
  const items = TITLES[name].map(title => ({ title }))
  response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items, `https://${name}.example`))
})
const desk = testDaemon({
  sources: ['courier', 'gazette'].map(id => ({
    ...{ id, name: id === 'courier' ? 'The Courier' : 'The Gazette', section: 'world', interval: '12h' },
    url: `${feed.url}/${id}`,
  })),
})
const url = await setUp(await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin']))
const cookie = await logIn(url)
const act = (path: string, fields: Record<string, string> | [string, string][]) =>
  post(url, path, fields as Record<string, string>, { cookie, origin: url })
const json = async (path: string) => {
  const answer = await fetch(`${url}${path}`, { headers: { cookie, accept: 'application/json' } })
  // biome-ignore lint/suspicious/noExplicitAny: whatever the page answers is compared below
  return { status: answer.status, body: (await answer.json()) as any }
}
const found = async (query: string): Promise<{ id: string; title: string; story: string; crawl: string }[]> =>
  (await json(`/articles?${query}`)).body.articles
await until(() => found('').then(articles => articles.length === 3))
await until(() => desk.list('latest').then(entries => entries.length >= 2))

describe('the search of articles', () => {
  it('the search of articles finds by words, source, section and time, and by id and address', async () => {
    expect(await found('q=ferry+treaty')).toHaveLength(2)
    expect((await found('q=ferry&source=gazette')).map(({ title }) => title)).toEqual(TITLES.gazette)
    expect(await found('section=nowhere')).toEqual([])
    const [harvest] = await found('q=harvest')
    expect(await found(`q=${harvest?.id}`)).toEqual([harvest])
    expect(await found(`q=${encodeURIComponent('https://courier.example/harvest-begins-in-the-valley')}`)).toEqual([
      harvest,
    ])
    const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10)
    expect(await found(`from=${tomorrow}`)).toEqual([])
    expect(await found(`to=${tomorrow}&from=not-a-day&page=-1`)).toHaveLength(3)
    expect(await seen(url, '/articles?q=harvest', cookie)).toMatch(/1 article, newest first[\s\S]*The Courier/)
  })
})

describe('the page of an article', () => {
  it('the page of an article shows its way from the fetch to the lists', async () => {
    const [harvest] = await found('q=harvest')
    // What became of a fetch is noted after its articles are in.
    const page = await until(
      () => seen(url, `/articles/${harvest?.id}`, cookie),
      page => /status 200, \d+ bytes in \d+ ms, 2 new/.test(page),
    )
    expect(page).toContain('The Courier</a>, weight 1')
    expect(page).toContain(`<code>${harvest?.crawl}</code>`)
    expect(page).toContain('Evidence for its sections')
    expect(page).toMatch(/opened a story/)
    expect(page).toMatch(/<li>latest, place \d/)
  })

  it('the page of an article tells what is shown of its title, and why', async () => {
    const [treaty] = await found('q=ferry&source=gazette')
    const page = await seen(url, `/articles/${treaty?.id}`, cookie)
    expect(page).toContain(TITLES.gazette[0])
    expect(page).toContain('Shown as &quot;Port Ellin and Sandholm sign ferry treaty after long talks&quot;')
    expect(page).toContain('left out &quot;UPDATE 1-&quot;: a wire slug')
  })

  it('the page of an article shows the stories it was compared with, and the words they share', async () => {
    const [gazette] = await found('source=gazette')
    const { body } = await json(`/articles/${gazette?.id}`)
    const compared: { articles: { article: { title: string }; shared: string[] }[] }[] = body.compared
    const other = compared
      .flatMap(({ articles }) => articles)
      .find(({ article }) => article.title === TITLES.courier[0])
    expect(other?.shared).toEqual(expect.arrayContaining(['ferry']))
  })

  it('the page of an article says so if there is no such article, and links from the id of a story to its page', async () => {
    expect((await json('/articles/nobody')).status).toBe(404)
    const [harvest] = await found('q=harvest')
    const led = await fetch(`${url}/articles/${harvest?.story}`, { headers: { cookie }, redirect: 'manual' })
    expect(led.headers.get('location')).toBe(`/stories/${harvest?.story}`)
  })
})

describe('the page of a story', () => {
  it('the page of a story merges another into it and splits off ticked articles, and the audit log records both', async () => {
    const [harvest] = await found('q=harvest')
    const [gazette] = await found('source=gazette')
    const merged = await act(`/stories/${gazette?.story}/merge`, { from: harvest?.story ?? '' })
    expect(merged.headers.get('location')).toContain(`/stories/${gazette?.story}?flash=`)
    expect((await found('q=harvest'))[0]?.story).toBe(gazette?.story)
    const page = await seen(url, `/stories/${gazette?.story}`, cookie)
    expect(page).toMatch(/Merged|Edits<\/h2>[\s\S]*admin, story\.merge/)
    expect(page).toContain('<strong>lead</strong>')
    expect(page).toMatch(/Its lead: best of its 3: source weight 1, [0-3] of summary, image and author/)
    expect(page).toMatch(/Last news .*: 2 of 2 publishers have reported since/)

    const refused = await act(`/stories/${gazette?.story}/split`, {})
    expect(refused.status).toBe(409)
    expect((await act(`/stories/${gazette?.story}/split`, { articles: harvest?.id ?? '' })).status).toBe(303)
    expect((await found('q=harvest'))[0]?.story).not.toBe(gazette?.story)
    expect(await seen(url, '/audit?what=story', cookie)).toMatch(
      /story\.split[\s\S]*refused|story\.split[\s\S]*story\.merge/,
    )
    expect((await act('/stories/nobody/merge', { from: 'nothing' })).status).toBe(409)
    expect((await act(`/stories/${gazette?.story}/merge`, {})).status).toBe(409)
    expect((await json('/stories/nobody')).status).toBe(404)
  })
})

describe('the fetch of an article', () => {
  it('the fetch shown for an article is the last one with changes before the article was first seen', () => {
    const at = (ms: number, outcome: Fetch['outcome'] = 'changed'): Fetch => ({
      ...{ at: ms, outcome, status: 200, ms: 10, bytes: 1, items: 1, reason: '' },
    })
    const history = [at(90_000), at(60_000, 'unchanged'), at(50_000), at(1_000)]
    expect(findFetch(history, 61_000)).toBe(history[2])
    expect(findFetch(history, 95_000)).toBe(history[0])
    expect(findFetch(history, 900_000)).toBeNull()
    expect(findFetch([], 1)).toBeNull()
  })
})
