import { describe, expect, it } from 'vitest'
import { PASSWORD } from '../../support/admin.ts'
import { aBrowser, CHROMIUM } from '../../support/browser.ts'
import { testDaemon } from '../../support/daemon.ts'
import { type FeedItemSketch, rss, serve } from '../../support/http.ts'
import { until } from '../../support/until.ts'

const items: FeedItemSketch[] = [{ title: 'Ferry treaty signed' }]
const feed = await serve((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items))
})
const desk = testDaemon({
  sources: [{ id: 'courier', name: 'Courier', url: `${feed.url}/rss`, section: 'world', interval: '12h' }],
})
const browser = aBrowser()

describe.skipIf(CHROMIUM === undefined)('an admin in a browser', () => {
  it('an admin in a browser sets the password by the one-time link, re-crawls a source in the queue dashboard, and the list shows the news', async () => {
    const daemon = await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin'])
    await until(() => desk.list('latest').then(entries => entries.length === 1))
    const page = await (await browser()).newPage()
    const broken: string[] = []
    page.on('pageerror', error => broken.push(error.message))
    page.on('response', response => {
      if (response.status() >= 400) broken.push(`${response.status()} ${response.url()}`)
    })

    await page.goto(daemon.setupUrl ?? '')
    await page.getByLabel(/New password/).fill(PASSWORD)
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.getByRole('heading', { name: 'Front page' }).waitFor()
    await page.getByRole('link', { name: 'Sources' }).click()
    expect(await page.locator('tbody').first().innerText()).toContain('Courier')

    items.unshift({ title: 'Bridge reopens early' })
    await page.getByRole('link', { name: 'Queues' }).click()
    await page.goto(`${daemon.adminUrl}/queues/queue/crawl`)
    await page.getByText('courier: 1 new').first().waitFor()
    await page.locator('button[aria-haspopup="menu"]').last().click()
    await page.getByRole('menuitem', { name: 'Add job' }).click()
    const editor = page.getByRole('dialog').locator('.cm-content, textarea').first()
    await editor.click()
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText('{ "sourceId": "courier" }')
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()

    const latest = await until(
      () => desk.list('latest'),
      entries => entries.length === 2,
    )
    expect(latest.map(({ title }) => title).sort()).toEqual(['Bridge reopens early', 'Ferry treaty signed'])
    expect(feed.requests.at(-1)?.headers['if-none-match']).toBeUndefined()

    items.unshift({ title: 'Harvest begins' })
    await page.goto(`${daemon.adminUrl}/sources`)
    await page.getByRole('button', { name: 'Re-crawl Courier' }).click()
    await page.getByRole('status').waitFor()
    await until(
      () => desk.list('latest'),
      entries => entries.length === 3,
    )
    expect(broken).toEqual([])
  })
})
