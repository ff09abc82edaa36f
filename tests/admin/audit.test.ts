import { describe, expect, it } from 'vitest'
import { createAudit } from '../../src/admin/audit.ts'
import { actionOf } from '../../src/admin/board.ts'
import { auditPage } from '../../src/admin/pages/audit.ts'
import { logIn, post, seen, setUp } from '../support/admin.ts'
import { aDesk } from '../support/daemon.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const audit = createAudit({ redis, keys })
const ana = { name: 'ana', from: '10.0.0.1' }
const ANY = { who: '', what: '', on: '' }

describe('the audit', () => {
  it('keeps what was done with what stood before and after, also where it failed', async () => {
    const pause = { by: ana, what: 'source.pause', on: 'courier', before: { enabled: true } }
    expect(await audit.around(pause, async () => ({ after: { enabled: false }, result: 7 }))).toBe(7)
    const failing = audit.around({ ...pause, on: 'gazette' }, () => Promise.reject(new Error('no such source')))
    await expect(failing).rejects.toThrow('no such source')
    const { entries } = await audit.read(ANY, null, 10)
    expect(entries).toMatchObject([
      { who: 'ana', on: 'gazette', outcome: 'failed: no such source' },
      { on: 'courier', from: '10.0.0.1', before: '{"enabled":true}', after: '{"enabled":false}', outcome: 'done' },
    ])
  })

  it('is read a page at a time, and by who, what and on', async () => {
    for (let count = 0; count < 25; count += 1)
      await audit.note({
        by: { name: `cli:${count % 2 ? 'bo' : 'cy'}`, from: null },
        what: 'queue.retry',
        on: `job ${count}`,
      })
    const first = await audit.read({ ...ANY, who: 'BO' }, null, 10)
    expect(first.more).toBe(true)
    const second = await audit.read({ ...ANY, who: 'bo' }, first.entries.at(-1)?.id ?? null, 10)
    expect(second.more).toBe(false)
    expect([...first.entries, ...second.entries].map(({ on }) => Number(on.slice(4)))).toEqual([
      23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1,
    ])
    expect((await audit.read({ ...ANY, what: 'source', on: 'gaz' }, null, 10)).entries).toHaveLength(1)
  })

  it('is bounded, as each thing in it is', async () => {
    const own = keys.audit()
    await audit.note({ by: ana, what: 'source.remove', on: 'x', before: 'y'.repeat(100_000) })
    const [entry] = (await audit.read(ANY, null, 1)).entries
    expect(entry?.before.length).toBe(2_000)
    const fill = redis.pipeline()
    for (let count = 0; count < 10_300; count += 1) fill.xadd(own, '*', 'who', 'x')
    await fill.exec()
    await audit.note({ by: ana, what: 'source.pause', on: 'last' })
    expect(await redis.xlen(own)).toBeLessThan(10_200)
  })

  it('shows as text whatever is in it', () => {
    const evil = '<img src=x onerror=alert(1)>'
    const entry = {
      id: '1-0',
      at: 1,
      who: evil,
      from: evil,
      what: evil,
      on: evil,
      before: evil,
      after: evil,
      outcome: evil,
    }
    const { markup } = auditPage({ filter: { who: evil, what: '', on: '' }, entries: [entry], older: null, now: 2 })
    expect(markup).not.toContain('<img')
  })

  it.each([
    ['POST', '/api/queues/crawl/add', 'queue.add', 'crawl'],
    ['PUT', '/api/queues/pause', 'queue.pause', 'all'],
    ['PUT', '/api/queues/crawl/pause', 'queue.pause', 'crawl'],
    ['PUT', '/api/queues/crawl/retry/failed', 'queue.retry', 'crawl failed'],
    ['PUT', '/api/queues/crawl/clean/completed', 'queue.clean', 'crawl completed'],
    ['PUT', '/api/queues/crawl/12/retry', 'queue.retry', 'crawl 12'],
    ['PATCH', '/api/queues/crawl/12/update-data', 'queue.update-data', 'crawl 12'],
    ['PUT', '/api/queues/crawl/job-schedulers/x/run', 'queue.scheduler-run', 'crawl x'],
  ])('reads %s %s of the queue dashboard as %s on %s', (method, path, what, on) => {
    expect(actionOf(method, path)).toEqual({ what, on })
  })
})

describe('the page of the audit', () => {
  it('shows who came in and what was done, and finds it', async () => {
    const desk = aDesk({
      sources: [{ id: 'courier', name: 'Courier', url: 'http://127.0.0.1:1/rss', section: 'world' }],
    })
    const url = await setUp(await desk.start(['admin']))
    const cookie = await logIn(url)
    await post(url, '/sources/courier/crawl', {}, { cookie, origin: url })
    const page = await seen(url, '/audit', cookie)
    for (const what of ['user.add', 'log-in', 'source.crawl']) expect(page).toContain(what)
    const found = await seen(url, '/audit?what=source', cookie)
    expect(found).toContain('courier')
    expect(found).not.toContain('user.add')
  })
})
