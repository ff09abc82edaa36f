import { describe, expect, it } from 'vitest'
import { createUsers } from '../../../src/server/admin/auth/users.ts'
import { logIn, PASSWORD, post, seen, setUp } from '../../support/admin.ts'
import { aBrowser, CHROMIUM } from '../../support/browser.ts'
import { testDaemon } from '../../support/daemon.ts'
import { type FeedItemSketch, rss, serve } from '../../support/http.ts'
import { until } from '../../support/until.ts'

const items: FeedItemSketch[] = [
  { title: 'Ferry treaty signed', path: 'ferry', guid: 'ferry' },
  { title: 'Harvest begins &amp;lt;img src=x onerror=alert(1)&amp;gt;' },
]
const feed = await serve((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items))
})
const desk = testDaemon({
  sources: [{ id: 'courier', name: 'Courier', url: `${feed.url}/rss`, section: 'world', interval: '12h' }],
  settings: { admin: { recrawlGap: '0s' } },
})
const daemon = await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin'])
const url = await setUp(daemon)
const cookie = await logIn(url)
await createUsers({ redis: desk.redis, keys: desk.keys, now: Date.now }).add('vera', 'viewer', PASSWORD)
const browser = aBrowser()
await until(() => desk.list('must-reads').then(entries => entries.length === 2))

const idOf = async (title: string): Promise<string> =>
  (await desk.list('latest')).find(entry => entry.title.startsWith(title))?.id ?? ''
const act = (path: string, fields: Record<string, string>) => post(url, path, fields, { cookie, origin: url })
const lastDone = async (): Promise<string> =>
  (await desk.redis.xrevrange(desk.keys.audit(), '+', '-', 'COUNT', 1))[0]?.[1].join(' ') ?? ''

describe('the front page', () => {
  it('the front page shows the lists with escaped headlines, and explains why an entry is there', async () => {
    const page = await seen(url, '/', cookie)
    for (const title of ['Must-reads', 'Latest', 'Popular now', 'Weekly best', 'Trending'])
      expect(page).toContain(title)
    expect(page).toMatch(/lang="en" dir="auto">Ferry treaty signed</)
    expect(page).toContain('&lt;img src=x')
    expect(page).not.toContain('<img')
    expect(page).not.toContain('Terms of its score')
    const opened = await seen(url, `/?list=must-reads&article=${await idOf('Ferry')}`, cookie)
    expect(opened).toMatch(/Terms of its score[\s\S]*freshness/)
    expect(opened).toContain('Pin it')
  })

  it('the front page says so if the entry to explain is no longer in the list', async () => {
    expect(await seen(url, '/?list=must-reads&article=none', cookie)).toContain('It has left the list')
    expect(await seen(url, '/?list=best-of&article=none', cookie)).toContain('It has left the list')
  })

  it('the front page shows a viewer no button that changes anything, and refuses changes that a viewer sends', async () => {
    const id = await idOf('Ferry')
    const viewer = await logIn(url, 'vera')
    const page = await seen(url, `/?list=must-reads&article=${id}`, viewer)
    expect(page).toContain('Terms of its score')
    expect(page).not.toContain('/pin"')
    const refused = await post(url, `/articles/${id}/pin`, { list: 'must-reads' }, { cookie: viewer, origin: url })
    expect(refused.status).toBe(403)
    expect(await desk.redis.exists(desk.keys.overrides())).toBe(0)
  })

  it('the front page pins an entry, shows the pin, and removes it, all without JavaScript', async () => {
    const id = await idOf('Harvest')
    const pinned = await act(`/articles/${id}/pin`, {
      list: 'must-reads',
      place: '1',
      for: '2h',
      why: 'fair',
      back: '/',
    })
    const told = pinned.headers.get('location') ?? ''
    expect(told).toMatch(/^\/\?flash=[\w-]{22}$/)
    expect(await lastDone()).toMatch(/admin.*list\.pin.*"place":1.*done/)
    const page = await seen(url, told, cookie)
    expect(page).toMatch(/Active pins and blocks[\s\S]*Harvest begins[\s\S]*fair/)
    expect(page).toMatch(/Pinned “\u2068Harvest begins [^”]*\u2069” to place 1 of must-reads for 2 h\./)
    expect(await seen(url, told, cookie)).not.toContain('Pinned “')
    const ended = await act(`/articles/${id}/unpin`, { list: 'must-reads', back: '//elsewhere.example/' })
    expect(ended.headers.get('location')).toMatch(/^\/\?flash=/)
    expect(await lastDone()).toContain('list.unpin')
    expect((await act(`/articles/${id}/unpin`, { list: 'must-reads' })).status).toBe(404)
  })

  it('the front page says why something cannot be pinned, and the audit log records it', async () => {
    const refused = await act(`/articles/${await idOf('Ferry')}/pin`, { list: 'latest', back: '/' })
    expect(refused.status).toBe(409)
    expect(await refused.text()).toContain('in order of time')
    expect(await lastDone()).toContain('refused: latest is in order of time')
    expect((await act('/articles/nobody/block', { for: 'soon' })).status).toBe(400)
    const pin = async (fields: Record<string, string>) => {
      const answer = await act(`/articles/${await idOf('Ferry')}/pin`, { list: 'must-reads', ...fields })
      return [answer.status, /<p[^>]*>([^<]*)<\/p>/.exec(await answer.text())?.[1]]
    }
    expect(await pin({ place: 'abc' })).toEqual([400, 'place: must be a whole number from 1 to 1000.'])
    expect(await pin({ place: '0' })).toEqual([400, 'place: must be 1 or more.'])
    expect(await pin({ why: 'x'.repeat(501) })).toEqual([400, 'why: must have at most 500 characters.'])
    expect((await act('/articles/nobody/block', { why: 'x'.repeat(501) })).status).toBe(400)
    expect(await desk.redis.exists(desk.keys.overrides())).toBe(0)
    expect((await act('/articles/nobody/block', { for: '1h' })).status).toBe(404)
  })

  it('the front page keeps an article off every list, and its story as one', async () => {
    const id = await idOf('Harvest')
    await act(`/articles/${id}/block`, { what: 'story', list: '*', for: '1h' })
    await until(() => desk.list('latest').then(entries => entries.length === 1))
    const [placement] = Object.values(await desk.redis.hgetall(desk.keys.overrides())).map(json => JSON.parse(json))
    expect(placement).toMatchObject({ kind: 'block', list: '*', by: 'admin' })
    expect(placement.what).not.toBe(id)
    expect(await seen(url, '/', cookie)).toMatch(
      /Active pins and blocks[\s\S]*Harvest begins[^<]*<\/bdi><\/a> and its story/,
    )
    await act(`/articles/${placement.what}/unblock`, { list: '*' })
    await until(() => desk.list('latest').then(entries => entries.length === 2))
  })

  it('the front page moves an article to another section, where it stays when its headline is corrected', async () => {
    const id = await idOf('Ferry')
    await act(`/articles/${id}/section`, { section: 'sports' })
    await until(() => desk.list('latest:sports').then(entries => entries[0]?.id === id))
    expect((await desk.list('latest'))[0]?.sections[0]).toMatch(/sports|world/)
    expect(await seen(url, `/articles/${id}`, cookie)).toMatch(/Sports[\s\S]*editor[\s\S]*admin/)

    items[0] = { title: 'Ferry treaty signed at last', path: 'ferry', guid: 'ferry' }
    await act('/sources/courier/crawl', {})
    await until(() => desk.list('latest:sports').then(entries => entries[0]?.title === 'Ferry treaty signed at last'))
    await act(`/articles/${id}/section`, { section: '' })
    await until(() => desk.list('latest:sports').then(entries => entries.length === 0))
    expect((await act(`/articles/${id}/section`, { section: 'gossip' })).status).toBe(409)
  })
})

describe.skipIf(CHROMIUM === undefined)('the front page in a browser', () => {
  it('the front page in a browser pins an entry, removes the pin, and shows what a re-crawl brought without a reload', async () => {
    const page = await (await browser()).newPage()
    const broken: string[] = []
    page.on('pageerror', error => broken.push(error.message))
    await page.goto(`${url}/login`)
    await page.getByLabel('User').fill('admin')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Log in' }).click()
    const mustReads = page.locator('#list-must-reads')
    const harvest = mustReads.locator('li').filter({ hasText: 'Harvest begins' })
    await harvest.getByRole('link', { name: /Why it is here/ }).click()
    await harvest.getByText('Terms of its score').waitFor({ state: 'attached' })
    await harvest.getByRole('group', { name: 'Pin it' }).getByRole('button', { name: 'Pin' }).click()
    await page.getByRole('status').waitFor()
    await until(() => desk.list('must-reads').then(entries => entries[0]?.placedBy === 'pin'))
    await page.goto(url)
    expect(await mustReads.locator('li').first().innerText()).toContain('pinned')
    await page.getByRole('button', { name: /End the pin/ }).click()
    await page.getByText('Nothing is pinned or blocked.').waitFor()
    await until(() => desk.list('must-reads').then(entries => entries.every(({ placedBy }) => placedBy === 'rule')))

    await page.goto(url)
    await page.evaluate(() => Object.assign(globalThis, { isSame: true }))
    items.unshift({ title: 'Bridge reopens early', guid: 'bridge' })
    await act('/sources/courier/crawl', {})
    await page.locator('#list-latest li').first().getByText('Bridge reopens early').waitFor()
    expect(await page.evaluate(() => 'isSame' in globalThis)).toBe(true)
    expect(broken).toEqual([])
  })

  it('the front page in a browser opens an entry that is clicked while its list is being refreshed', async () => {
    const page = await (await browser()).newPage()
    await page.setExtraHTTPHeaders({ cookie })
    await page.goto(url)
    await page.getByText('Live', { exact: true }).waitFor()
    const why = page
      .locator('#list-latest li')
      .filter({ hasText: 'Harvest begins' })
      .getByRole('link', { name: /^Why/ })
    await why.hover()
    await page.mouse.down()
    const refreshed = page.waitForResponse(response => response.request().headers().accept === 'text/html')
    items.unshift({ title: 'Tunnel closes for a week', guid: 'tunnel' })
    await act('/sources/courier/crawl', {})
    await (await refreshed).finished()
    // Twice through the queue of tasks: what the answer leads to has been done.
    await page.evaluate(() => new Promise(resolve => setTimeout(() => setTimeout(resolve))))
    await page.mouse.up()
    await page.getByText('Terms of its score').waitFor({ state: 'attached' })
  })

  it('the front page in a browser tells how long ago things were while it stays open, by the clock of the server', async () => {
    const page = await (await browser()).newPage()
    await page.setExtraHTTPHeaders({ cookie })
    // Its own clock is an hour behind.
    await page.clock.install({ time: Date.now() - 3_600_000 })
    await page.goto(url)
    const time = page.locator('#list-latest time').first()
    const published = Date.parse((await time.getAttribute('datetime')) ?? '')
    const age = async () => {
      const [, count, unit] = /^(\d+) (s|min|h) ago$/.exec(await time.innerText()) ?? []
      return Number(count) * ({ s: 1, min: 60, h: 3_600 }[unit ?? ''] ?? 0) * 1_000
    }
    expect(Math.abs((await age()) - (Date.now() - published))).toBeLessThan(90_000)
    await page.clock.fastForward('03:00:00')
    const grown = await until(age, now => now > 2 * 3_600_000)
    expect(grown - (Date.now() - published)).toBeGreaterThan(2 * 3_600_000)
  })

  it('the front page in a browser says in its header whether it is live', async () => {
    const page = await (await browser()).newPage()
    await page.setExtraHTTPHeaders({ cookie })
    await page.goto(url)
    const state = page.locator('body > header .live')
    await state.getByText('Live', { exact: true }).waitFor()
    await page.route('**/live?*', route => route.abort())
    await page.reload()
    await state.getByText('Not live at the moment.').waitFor()
  })

  it('the front page in a browser sends no request to publishers', async () => {
    const page = await (await browser()).newPage()
    const asked: string[] = []
    page.on('request', request => asked.push(new URL(request.url()).origin))
    await page.setExtraHTTPHeaders({ cookie })
    await page.goto(url)
    expect([...new Set(asked)]).toEqual([new URL(url).origin])
  })
})
