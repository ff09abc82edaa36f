import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { listItems } from '../../demo/publishers/editions.ts'
import { startFolderStand } from '../../demo/publishers/folder.ts'
import { startNewsstand } from '../../demo/publishers/newsstand.ts'
import { PUBLISHERS } from '../../demo/publishers/publishers.ts'
import { parseFeed } from '../../src/feeds/index.ts'
import { NOON } from '../support/articles.ts'
import { aFolder } from '../support/folder.ts'
import { serve } from '../support/http.ts'
import { until } from '../support/until.ts'

const MINUTE = 60_000
const clock = { now: NOON }
const stand = await startNewsstand({ now: () => clock.now, speed: 1, seed: 3 })
afterAll(() => stand.close())

const sourceOf = (id: string) => {
  const source = stand.sources.find(each => each.id === id)
  if (!source) throw new Error(`no publisher ${id}`)
  return source
}
const troubled = (trouble: string) => sourceOf(PUBLISHERS.find(each => each.trouble === trouble)?.id ?? trouble)

describe('the newsstand', () => {
  it('the newsstand has at least 12 publishers in all five formats, and in several languages and charsets', () => {
    expect(PUBLISHERS.length).toBeGreaterThanOrEqual(12)
    expect(new Set(PUBLISHERS.map(({ format }) => format))).toEqual(new Set(['rss', 'rdf', 'atom', 'json', 'sitemap']))
    expect(new Set(PUBLISHERS.map(({ language }) => language)).size).toBeGreaterThanOrEqual(5)
    expect(new Set(PUBLISHERS.map(({ charset }) => charset)).size).toBeGreaterThanOrEqual(5)
  })

  it.each(PUBLISHERS.map(publisher => [publisher.id, publisher] as const))(
    'the newsstand serves %s so that the feed reader returns every headline',
    async (id, publisher) => {
      clock.now = NOON
      const { url } = sourceOf(id)
      const answer = await fetch(url)
      const contentType = answer.headers.get('content-type') ?? ''
      const { title, items } = await parseFeed(new Uint8Array(await answer.arrayBuffer()), { contentType, url })
      const carried = listItems(publisher, NOON, { seed: 3, start: NOON, speed: 1 })
      expect(carried.length).toBeGreaterThan(4)
      expect(items.map(item => item.title)).toEqual(carried.map(item => item.title))
      expect(items.map(item => Date.parse(item.published ?? ''))).toEqual(
        // Dates are read to the second.
        carried.map(({ publishedAt }) => Math.floor(publishedAt / 1_000) * 1_000),
      )
      if (publisher.format !== 'sitemap') expect(title).toBe(publisher.name)
      expect((await fetch(items[0]?.link ?? '')).status).toBe(200)
      if (items[0]?.image) expect((await fetch(items[0].image)).headers.get('content-type')).toBe('image/svg+xml')
    },
  )

  it('the newsstand publishes new editions as its clock advances', async () => {
    const publisher = PUBLISHERS[0]
    if (!publisher) throw new Error('no publishers')
    const at = (now: number) => listItems(publisher, now, { seed: 3, start: NOON, speed: 1 }).map(({ id }) => id)
    const [before, after] = [at(NOON), at(NOON + 60 * MINUTE)]
    expect(after.filter(id => !before.includes(id)).length).toBeGreaterThan(3)
    expect(at(NOON)).toEqual(before)
  })

  it('the newsstand answers a conditional request with 304 while nothing changed', async () => {
    clock.now = NOON
    for (const { id, validator } of PUBLISHERS.filter(each => each.validator !== 'none' && !each.trouble)) {
      const first = await fetch(sourceOf(id).url)
      const value = first.headers.get(validator) ?? ''
      const name = validator === 'etag' ? 'if-none-match' : 'if-modified-since'
      expect((await fetch(sourceOf(id).url, { headers: { [name]: value } })).status, id).toBe(304)
    }
  })

  it('the newsstand has a publisher that fails for a while, and one that moves permanently', async () => {
    const failing = troubled('fails')
    const moving = troubled('moves')
    const status = async (url: string) => (await fetch(url, { redirect: 'manual' })).status
    clock.now = NOON
    expect([await status(failing.url), await status(moving.url)]).toEqual([200, 200])
    clock.now = NOON + 45 * MINUTE
    expect([await status(failing.url), await status(moving.url)]).toEqual([500, 301])
    expect(stand.troubles().join()).toMatch(/answers 500.*has moved|has moved.*answers 500/)
    expect((await fetch(moving.url)).status).toBe(200)
    clock.now = NOON + 61 * MINUTE
    expect(await status(failing.url)).toBe(200)
  })

  it('the newsstand answers 404 for a page it does not have', async () => {
    expect((await fetch(`${stand.url}/meridian/nothing`)).status).toBe(404)
    expect((await fetch(`${stand.url}/nobody/feed`)).status).toBe(404)
  })
})

describe('a newsstand of a folder', () => {
  let stop = async () => {}
  afterAll(() => stop())
  const folder = aFolder('stand')
  mkdirSync(join(folder, 'stand/sub'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'stand/a & b.rss'), '<rss version="2.0"/>')
  writeFileSync(join(folder, 'stand/sub/c.json'), '{}')
  writeFileSync(join(folder, 'stand/.hidden'), 'hidden')
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'stand/link.xml'))

  /** fetch would tidy the path up; an attacker does not. */
  const rawStatus = (url: string, path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(url)
      request({ port, host: '127.0.0.1', path }, response => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
        .on('error', reject)
        .end()
    })

  it('a newsstand of a folder serves its files, and nothing beside them', async () => {
    const files = await startFolderStand(join(folder, 'stand'), 0)
    stop = files.close
    expect(files.files).toEqual(['a & b.rss', 'sub/c.json'])
    const rss = await fetch(`${files.url}/${encodeURI('a & b.rss')}`)
    expect([rss.status, rss.headers.get('content-type'), await rss.text()]).toEqual([
      200,
      'application/rss+xml',
      '<rss version="2.0"/>',
    ])
    for (const path of [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/link.xml',
      '/.hidden',
      '/sub',
      '/%00',
      '/%zz',
      '/stand',
    ])
      expect(await rawStatus(files.url, path), path).toBe(404)
    expect(await (await fetch(files.url)).text()).toContain('a &#38; b.rss')
  })

  it('a newsstand of a folder names the folder that cannot be read', async () => {
    await expect(startFolderStand(join(folder, 'nowhere'), 0)).rejects.toThrow(/nowhere/)
  })
})

describe('the hub of the newsstand', () => {
  it('the hub of the newsstand is offered by two publishers, and delivers to verified subscribers only', async () => {
    const stand = await startNewsstand({ speed: 60 })
    afterAll(() => stand.close())
    const delivered: string[] = []
    const subscriber = await serve((request, response) => {
      const asked = new URL(request.url ?? '/', 'http://subscriber').searchParams
      if (request.method === 'GET') return response.end(asked.get('hub.challenge'))
      let body = ''
      request.setEncoding('utf8').on('data', chunk => {
        body += chunk
      })
      request.on('end', () => {
        delivered.push(`${request.headers['x-hub-signature']} ${body}`)
        response.writeHead(202).end()
      })
    })
    const offers = await Promise.all(stand.sources.map(async ({ url }) => (await fetch(url)).headers.get('link')))
    expect(offers.filter(link => link?.includes('rel="hub"'))).toHaveLength(2)
    const topic = `${stand.url}/courier/feed`
    const form = (fields: Record<string, string>) =>
      fetch(`${stand.url}/hub`, { method: 'POST', body: new URLSearchParams(fields) })
    const wanted = { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.callback': subscriber.url, 'hub.secret': 'key' }
    expect((await form({ ...wanted, 'hub.topic': `${stand.url}/gazette/feed` })).status).toBe(400)
    expect((await form(wanted)).status).toBe(202)
    await until(() => stand.hub.subscribers(topic))

    const page = stand.publish('courier', {
      title: 'Ferry sunk',
      text: 'It sank.',
      category: 'World',
      section: 'world',
    })
    const [delivery = ''] = await until(
      () => delivered.filter(each => each.includes('Ferry sunk')),
      found => found.length > 0,
    )
    expect(delivery).toMatch(/^sha256=[0-9a-f]{64} <\?xml/)
    expect(await (await fetch(page)).text()).toContain('It sank.')
  })
})
