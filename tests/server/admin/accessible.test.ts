import axe from 'axe-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { NAV } from '../../../src/server/admin/admin.ts'
import { createSources } from '../../../src/sources/store/sources.ts'
import { logIn, setUp } from '../../support/admin.ts'
import { sourceId } from '../../support/articles.ts'
import { aBrowser, CHROMIUM } from '../../support/browser.ts'
import { testDaemon } from '../../support/daemon.ts'
import { rss, serve } from '../../support/http.ts'
import { until } from '../../support/until.ts'

const feed = await serve((request, response) => {
  if (request.url === '/broken') response.writeHead(500).end()
  else
    response
      .writeHead(200, { 'content-type': 'application/rss+xml' })
      .end(rss([{ title: 'Ferry treaty signed' }, { title: 'Bridge reopens early' }]))
})
const desk = testDaemon({
  sources: ['courier', 'broken', 'idle'].map(id => ({
    ...{ id, name: id.toUpperCase(), section: 'world', url: `${feed.url}/${id}`, interval: '12h' },
    enabled: id !== 'idle',
  })),
})
const browser = aBrowser()
let url: string
let cookie: string

/** The queue dashboard is bull-board's own. */
const PAGES = [
  ...NAV.map(({ path }) => path).filter(path => path !== '/queues'),
  '/sources/courier',
  '/sources/broken',
  '/sources/-/confirm?do=remove&which=found',
  '/sources/-/add',
  '/sources/-/import',
  '/quarantine/broken/BODY',
  '/account',
  '/tokens',
  '/search?q=ferry',
  '/no-such-page',
]

beforeAll(async () => {
  url = await setUp(await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin']))
  cookie = await logIn(url)
  const sources = createSources({
    ...{ redis: desk.redis, keys: desk.keys, now: Date.now },
    catalogue: () => desk.config.sources,
    settings: () => desk.config.settings.crawl,
  })
  await sources.quarantine.keep(sourceId('broken'), {
    ...{ body: Buffer.from('<html>Maintenance'), reason: 'an HTML page', contentType: 'text/html', url: feed.url },
  })
  await sources.quarantine.refuse(sourceId('courier'), [
    { at: 1, reason: 'no-link', detail: 'the item has no link', title: 'Of something', link: null },
  ])
  await until(() => desk.list('latest').then(entries => entries.length === 2))
  await until(async () => (await sources.state(sourceId('broken'))).failures > 0)
})

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

describe.skipIf(CHROMIUM === undefined)('pages for everybody', () => {
  // Only colours differ in the dark.
  it.each([
    ['light', {}, ['image-alt', 'color-contrast']],
    ['dark', { runOnly: ['cat.color'] }, ['color-contrast']],
  ] as const)('axe finds no fault with the pages of the desk in %s colours', async (colorScheme, rules, known) => {
    const context = await (await browser()).newContext({ colorScheme })
    const page = await context.newPage()
    const check = async () => {
      await page.evaluate(axe.source)
      const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(rules)})`)) as {
        violations: readonly Violation[]
      }
      return violations.map(({ id, nodes }) => ({
        ...{ id, at: page.url() },
        nodes: nodes.map(({ html, failureSummary }) => `${failureSummary} ${html}`),
      }))
    }
    await page.setContent('<img src="x"><p style="color: #ccc; background: #fff">Ferry treaty signed</p>')
    expect((await check()).map(({ id }) => id)).toEqual(expect.arrayContaining([...known]))

    const look = async (path: string) => {
      await page.goto(`${url}${path}`)
      expect(page.url()).toBe(`${url}${path}`)
      return check()
    }
    const found = await look('/login')
    const [name = '', value = ''] = cookie.split('=')
    await context.addCookies([{ name, value, url }])
    const [body] = await desk.redis.hkeys(desk.keys.quarantine('broken'))
    for (const path of PAGES) found.push(...(await look(path.replace('BODY', body ?? ''))))

    await page.goto(`${url}/sources/-/add`)
    await page.getByLabel('Address').fill(`${feed.url}/another`)
    await page.getByRole('button', { name: 'Look for feeds' }).click()
    await page.getByRole('heading', { name: 'Add which feeds?' }).waitFor()
    found.push(...(await check()))
    await page.goto(`${url}/sources/-/import`)
    await page
      .getByLabel('or its text')
      .fill('<opml><body><outline text="One" xmlUrl="https://one.example/rss"/></body></opml>')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByRole('heading', { name: 'Import these sources?' }).waitFor()
    found.push(...(await check()))
    expect(found).toEqual([])
  })
})
