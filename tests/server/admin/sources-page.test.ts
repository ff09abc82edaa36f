import { beforeAll, describe, expect, it } from 'vitest'
import type { Source } from '../../../src/domain/source.ts'
import { PER_PAGE } from '../../../src/server/admin/pages/sources/query.ts'
import { logIn, PASSWORD, seen, setUp } from '../../support/admin.ts'
import { aBrowser, CHROMIUM } from '../../support/browser.ts'
import { testDaemon } from '../../support/daemon.ts'
import { type FeedItemSketch, rss, serve } from '../../support/http.ts'
import { until } from '../../support/until.ts'

const items: FeedItemSketch[] = [{ title: 'Ferry treaty signed' }, { title: 'Bridge reopens early' }]
let isBroken = true
const feed = await serve((request, response) => {
  if (request.url?.startsWith('/broken') && isBroken) response.writeHead(500).end()
  else response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items))
})
const evil = '<img src=x onerror="document.title=1">'
const idle = Array.from({ length: PER_PAGE + 5 }, (_, index) => ({
  id: `idle-${String(index).padStart(2, '0')}`,
  name: `Idle ${index}`,
  url: `${feed.url}/idle/${index}`,
  section: 'sports',
  enabled: false,
}))
const desk = testDaemon({
  sources: [
    {
      id: 'courier',
      name: `Courier ${evil}`,
      url: `${feed.url}/rss?api_key=opensesame`,
      section: 'world',
      interval: '12h',
    },
    { id: 'gazette', name: 'Gazette', url: `${feed.url}/broken`, section: 'business', interval: '12h' },
    ...idle,
  ],
  settings: { crawl: { minInterval: '1h', maxInterval: '2h', startInterval: '1h' } },
})
const browser = aBrowser()
let url: string
let cookie: string

beforeAll(async () => {
  url = await setUp(await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin']))
  cookie = await logIn(url)
  await until(
    () => facts('?q=courier'),
    ({ rows }) => rows[0]?.word === 'fresh',
  )
  await until(
    () => facts('?q=gazette'),
    ({ rows }) => rows[0]?.word === 'failing',
  )
})

interface Facts {
  readonly found: number
  readonly all: number
  readonly page: number
  readonly pages: number
  readonly states: Record<string, number>
  readonly reasons: Record<string, number>
  readonly rows: readonly { source: Source; word: string; daily: number[]; week: number }[]
}

const facts = async (query = ''): Promise<Facts> => {
  const answer = await fetch(`${url}/sources${query}`, { headers: { cookie, accept: 'application/json' } })
  return (await answer.json()) as Facts
}
const ids = async (query: string) => (await facts(query)).rows.map(({ source }) => source.id as string)

describe('the page of the sources', () => {
  it('the page of the sources counts them by state and lists the kinds of failures', async () => {
    expect(await facts()).toMatchObject({
      all: idle.length + 2,
      states: { fresh: 1, failing: 1, paused: idle.length },
      reasons: { status: 1 },
    })
    const page = await seen(url, '/sources', cookie)
    expect(page).toContain('failing 1')
    expect(page).toMatch(/status: [^<]*500/)
  })

  it('the page of the sources shows the worst first, and can be sorted by name, last fetch, next fetch and news', async () => {
    expect((await ids('')).slice(0, 3)).toEqual(['gazette', 'courier', 'idle-00'])
    expect((await ids('?sort=name')).slice(0, 2)).toEqual(['courier', 'gazette'])
    expect((await ids('?sort=busiest'))[0]).toBe('courier')
    expect((await ids('?sort=next'))[0]).toMatch(/courier|gazette/)
  })

  it('the page of the sources can be searched and filtered, and ignores an unknown filter', async () => {
    expect(await ids('?state=failing')).toEqual(['gazette'])
    expect(await ids('?reason=status')).toEqual(['gazette'])
    expect(await ids('?section=world')).toEqual(['courier'])
    expect(await ids('?q=GAZ')).toEqual(['gazette'])
    expect(await ids('?q=nothing-like-it')).toEqual([])
    expect(await seen(url, '/sources?q=nothing-like-it', cookie)).toContain('No source matches')
    expect((await facts('?state=splendid&sort=up&page=x')).found).toBe(idle.length + 2)
  })

  it('the list of sources is paged, and a page number that is too high shows the last page', async () => {
    const first = await facts('?sort=name&q=idle')
    expect(first).toMatchObject({ page: 1, pages: 2, found: PER_PAGE + 5 })
    expect(first.rows).toHaveLength(PER_PAGE)
    expect((await facts('?sort=name&q=idle&page=9')).rows.map(({ source }) => source.name)).toContain('Idle 54')
    expect(await seen(url, '/sources?sort=name&q=idle', cookie)).toContain(
      'href="/sources?q=idle&amp;sort=name&amp;page=2"',
    )
  })

  it('the page of the sources shows how many new articles each brought by day', async () => {
    const [courier] = (await facts('?q=courier')).rows
    expect(courier?.daily.at(-1)).toBe(2)
    expect(courier?.week).toBe(2)
    expect(await seen(url, '/sources?q=courier', cookie)).toContain(
      '2 new articles in 30 days, 2 on the busiest, 2 today',
    )
  })

  it("the page of the sources never reveals keys in a source's address, not even to a search for them", async () => {
    expect(await seen(url, '/sources?q=courier', cookie)).not.toContain('opensesame')
    expect(await ids('?q=opense')).toEqual([])
    expect(await ids('?q=%2Frss')).toEqual(['courier'])
  })
})

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  const aPage = async (width: number, colorScheme: 'light' | 'dark') => {
    const context = await (await browser()).newContext({ viewport: { width, height: 800 }, colorScheme })
    const page = await context.newPage()
    const broken: string[] = []
    page.on('pageerror', error => broken.push(error.message))
    // What the policy forbids is told in the console alone.
    page.on('console', message => {
      if (message.type() === 'error') broken.push(message.text())
    })
    await page.goto(`${url}/sources`)
    await page.getByLabel('User').fill('admin')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Sources' }).waitFor()
    return { page, broken }
  }

  it('an admin in a browser gets to the page asked for after logging in, sees a failing source, re-crawls it, and it is fresh', async () => {
    const { page, broken } = await aPage(1_200, 'light')
    await page.getByRole('link', { name: 'failing 1' }).click()
    await page.getByRole('row', { name: /Gazette/ }).waitFor()
    isBroken = false
    await page.getByRole('button', { name: 'Re-crawl Gazette' }).click()
    // Nobody loads the page anew: it is told.
    await page.getByRole('status').getByText('Gazette was crawled again: changed, 200, 2 new.').waitFor()
    await page
      .getByRole('row', { name: /Gazette/ })
      .getByText('fresh')
      .waitFor()

    await page.getByRole('link', { name: 'Gazette' }).click()
    await page.getByRole('heading', { level: 1, name: 'Gazette' }).waitFor()
    expect(await page.getByRole('row', { name: /changed 200/ }).count()).toBe(1)
    expect(broken).toEqual([])
  })

  it('an admin in a browser ticks several sources, sees how many are ticked, and pauses them', async () => {
    const { page, broken } = await aPage(1_200, 'light')
    await page.goto(`${url}/sources?q=courier`)
    await page.getByLabel('Select Courier').check()
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByText('1 source.').waitFor()
    await page.getByRole('button', { name: 'Pause 1 source' }).click()
    await page.locator('.toast').getByText('is paused.').waitFor()
    expect(await ids('?state=paused&q=courier')).toEqual(['courier'])
    expect(broken).toEqual([])
  })

  it('a headline or a name that contains markup is shown as text in a browser', async () => {
    const { page, broken } = await aPage(1_200, 'dark')
    await page.goto(`${url}/sources?q=courier`)
    await page.getByText(evil).waitFor()
    expect(await page.locator('main img').count()).toBe(0)
    expect(await page.title()).toContain('Sources')
    expect(broken).toEqual([])
  })

  it('the page of the sources fits a phone, and can be used by keyboard: the skip link comes first, then the pages', async () => {
    const { page } = await aPage(360, 'dark')
    for (const path of ['/sources', '/', '/overview', '/articles', '/changes', '/audit', '/quarantine']) {
      await page.goto(`${url}${path}`)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    }
    await page.goto(`${url}/sources`)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement?.id')).toBe('main')
    await page.keyboard.press('/')
    expect(await page.evaluate('document.activeElement?.name')).toBe('q')
  })

  it.each(['light', 'dark'] as const)(
    'in a browser the page of the sources is %s as the reader has it',
    async scheme => {
      const { page } = await aPage(1_200, scheme)
      const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor')
      expect(paper).toBe(scheme === 'light' ? 'rgb(253, 252, 250)' : 'rgb(22, 22, 22)')
    },
  )
})
