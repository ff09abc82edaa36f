import { expect, it } from 'vitest'
import { logIn, setUp } from '../support/admin.ts'
import { testDaemon } from '../support/daemon.ts'
import { serve } from '../support/http.ts'
import { until } from '../support/until.ts'

it('a source all of whose items are refused is shown as refused, on the overview and among the sources', async () => {
  const item = (n: number) => `<item><title>Story ${n}</title><guid isPermaLink="false">${n}</guid></item>`
  const feed = await serve((_, response) =>
    response
      .writeHead(200, { 'content-type': 'application/rss+xml' })
      .end(`<rss version="2.0"><channel><title>Courier</title>${item(1)}${item(2)}</channel></rss>`),
  )
  const { start } = testDaemon({ sources: [{ id: 'courier', name: 'Courier', url: feed.url, section: 'world' }] })
  const url = await setUp(await start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin']))
  const cookie = await logIn(url)
  const page = async (path: string) => (await fetch(url + path, { headers: { cookie } })).text()
  expect(
    await until(
      () => page('/sources?q=courier'),
      shown => shown.includes('2 items: no-link'),
    ),
  ).toContain('class="state refused"')
  expect(
    await until(
      () => page('/overview'),
      shown => shown.includes('all items are refused'),
    ),
  ).toContain('courier among them (2 items: no-link)')
})
