import { describe, expect, it } from 'vitest'
import { openQueues } from '../../src/queues/open-queues.ts'
import { createTokens } from '../../src/server/admin/auth/tokens.ts'
import { logIn, post, setUp } from '../support/admin.ts'
import { atEnd } from '../support/at-end.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { serve } from '../support/http.ts'
import { until } from '../support/until.ts'

endAll()
const feed = await aFeed([{ title: 'Ferry treaty signed' }])
const broken = await serve((_request, response) => response.writeHead(500).end())
// Polled once, at the start; whatever is fetched after that was asked for.
const WAYS = ['cli', 'page', 'api', 'board']
const sources = WAYS.map(id => ({ id, name: id, url: `${feed.url}/${id}`, section: 'world', interval: '12h' }))
const failing = { id: 'failing', name: 'Failing', url: `${broken.url}/rss`, section: 'world', enabled: false }
const desk = testDaemon({ sources: [...sources, failing], settings: { admin: { recrawlGap: '1h' } } })
const { keys } = desk
const bull = desk.redis.duplicate({ enableAutoPipelining: false })
const queues = openQueues(bull, keys)
atEnd(async () => {
  await Promise.all(Object.values(queues).map(queue => queue.close()))
  bull.disconnect()
})

describe('a source that was re-crawled within admin.recrawlGap', () => {
  it('is not fetched again, whether the command line, the admin UI, its API or the queue dashboard asks', {
    timeout: 180_000,
  }, async () => {
    const daemon = await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'admin'])
    const url = await setUp(daemon)
    const cookie = await logIn(url)
    const tokens = createTokens({ redis: desk.redis, keys, now: Date.now })
    const bearer = `Bearer ${(await tokens.add('script', 'admin', null)).token}`
    const { dir } = aConfigFolder({
      settings: `redis: { prefix: ${keys.prefix} }\nadmin: { recrawlGap: 1h }\n`,
      sources: `sources:\n${sources.map(({ id, url: address }) => `  - { id: ${id}, name: ${id}, url: "${address}", section: world, interval: 12h }\n`).join('')}`,
    })
    const json = { 'content-type': 'application/json' }
    const browser = { ...{ cookie, origin: url, 'sec-fetch-site': 'same-origin' } }
    /** The job by which the queue dashboard had a source crawled. */
    let crawled = ''
    /** Each way to ask for a source again. @returns whether it was said that it is too soon */
    const ask: Record<string, (id: string) => Promise<boolean>> = {
      cli: async id => {
        const run = cli(['crawl', id, '--config', dir], { NEWSDESK_REDIS_URL: redisUrl() })
        const code = await run.ended
        expect([0, 1]).toContain(code)
        expect(/again in 60 min \(admin\.recrawlGap\)/.test(run.err())).toBe(code === 1)
        return code === 1
      },
      page: async id => {
        const acted = await post(url, `/sources/${id}/crawl`, {}, browser)
        const told = await fetch(new URL(acted.headers.get('location') ?? '', url), { headers: { cookie } })
        return /was already re-crawled within the last/.test(await told.text())
      },
      api: async id => {
        const headers = { authorization: bearer, accept: 'application/json' }
        const answer = await fetch(`${url}/sources/${id}/crawl`, { method: 'POST', headers })
        expect(answer.status === 429).toBe(answer.headers.has('retry-after'))
        return answer.status === 429
      },
      board: async id => {
        const added = await fetch(`${url}/queues/api/queues/crawl/add`, {
          ...{ method: 'POST', headers: { ...browser, ...json } },
          body: JSON.stringify({ name: id, data: { sourceId: id }, options: {} }),
        })
        expect(added.status).toBe(200)
        const { job } = (await added.json()) as { job: { id: string } }
        const ended = await until(
          () => queues.crawl.getJob(job.id),
          each => each?.returnvalue != null,
        )
        const { outcome, why } = (ended?.returnvalue ?? {}) as { outcome?: string; why?: string }
        expect(outcome === 'skipped').toBe(/again in \d+ min \(admin\.recrawlGap\)/.test(why ?? ''))
        if (outcome !== 'skipped') crawled = job.id
        return outcome === 'skipped'
      },
    }
    const fetched = (id: string) => feed.requests.filter(({ path }) => path === `/${id}`).length
    await until(() => WAYS.every(id => fetched(id) === 1))

    for (const [index, id] of WAYS.entries()) {
      expect([id, await ask[id]?.(id)]).toEqual([id, false])
      await until(() => fetched(id) === 2)
      await until(
        () => desk.redis.get(keys.recrawled(id)),
        holder => holder === 'ended',
      )
      // Whoever asked first, nobody gets it again: neither the same way nor another.
      for (const way of [id, WAYS[(index + 1) % WAYS.length] ?? id])
        expect([way, await ask[way]?.(id)]).toEqual([way, true])
    }
    // A job of the queue dashboard that is run again is another re-crawl.
    const again = await fetch(`${url}/queues/api/queues/crawl/${crawled}/retry`, {
      method: 'PUT',
      headers: { ...browser, ...json },
    })
    expect(again.status).toBeLessThan(300)
    await until(
      () => queues.crawl.getJob(crawled),
      job => job?.returnvalue?.outcome === 'skipped',
    )
    expect(WAYS.map(fetched)).toEqual([2, 2, 2, 2])

    // So is a failed one: its publisher was asked as well.
    const feeds = () => broken.requests.filter(({ path }) => path === '/rss').length
    const added = await fetch(`${url}/queues/api/queues/crawl/add`, {
      ...{ method: 'POST', headers: { ...browser, ...json } },
      body: JSON.stringify({ name: 'failing', data: { sourceId: 'failing' }, options: {} }),
    })
    const { job } = (await added.json()) as { job: { id: string } }
    await until(
      () => queues.crawl.getJob(job.id),
      each => each?.failedReason !== undefined,
    )
    expect(feeds()).toBe(1)
    const retried = await fetch(`${url}/queues/api/queues/crawl/${job.id}/retry`, {
      method: 'PUT',
      headers: { ...browser, ...json },
    })
    expect(retried.status).toBeLessThan(300)
    await until(
      () => queues.crawl.getJob(job.id),
      each => each?.returnvalue?.outcome === 'skipped',
    )
    expect(feeds()).toBe(1)
  })
})
