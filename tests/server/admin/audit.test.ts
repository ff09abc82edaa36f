import { describe, expect, it } from 'vitest'
import { actionOf } from '../../../src/server/admin/board.ts'
import { auditPage } from '../../../src/server/admin/pages/audit/view.ts'
import { type Action, createAudit } from '../../../src/use-cases/audit-log.ts'
import { logIn, post, seen, setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'
import { testRedis } from '../../support/redis.ts'

const { redis, keys } = testRedis()
const audit = createAudit({ redis, keys, now: Date.now })
const ana = { name: 'ana', from: '10.0.0.1' }
const acted = async (action: Action) => (await audit.begin(action))({})
const ANY = { who: '', what: '', on: '' }

describe('the audit', () => {
  it('the audit log records each action with the state before and after it, also if it failed', async () => {
    const pause = { by: ana, what: 'source.pause', on: 'courier', before: { enabled: true } }
    expect(
      await audit.around(
        pause,
        async () => 7,
        () => ({ after: { enabled: false } }),
      ),
    ).toBe(7)
    const failing = audit.around({ ...pause, on: 'gazette' }, () => Promise.reject(new Error('no such source')))
    await expect(failing).rejects.toThrow('no such source')
    const { entries } = await audit.read(ANY, null, 10)
    expect(entries).toMatchObject([
      { who: 'ana', on: 'gazette', outcome: 'failed: no such source' },
      { on: 'courier', from: '10.0.0.1', before: '{"enabled":true}', after: '{"enabled":false}', outcome: 'done' },
    ])
  })

  it('the audit log is read page by page, and can be filtered by user, action and object', async () => {
    for (let count = 0; count < 25; count += 1)
      await acted({
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

  it('the audit log and each of its entries have a maximum size', async () => {
    const own = keys.audit()
    await acted({ by: ana, what: 'source.remove', on: 'x', before: 'y'.repeat(100_000) })
    const [entry] = (await audit.read(ANY, null, 1)).entries
    expect(entry?.before.length).toBe(2_000)
    const fill = redis.pipeline()
    for (let count = 0; count < 10_300; count += 1) fill.xadd(own, '*', 'who', 'x')
    await fill.exec()
    await acted({ by: ana, what: 'source.pause', on: 'last' })
    expect(await redis.xlen(own)).toBeLessThan(10_200)
  })

  it('the audit log has actions of a process that died before it could record the outcome', async () => {
    const dead = createAudit({ redis, keys, now: () => Date.now() - 3_600_000 })
    await dead.begin({ by: ana, what: 'source.remove', on: 'lost', before: { name: 'Lost' } })
    const [one, other] = await Promise.all([audit.read({ ...ANY, on: 'lost' }, null, 5), audit.read(ANY, null, 1)])
    const { entries } = await audit.read({ ...ANY, on: 'lost' }, null, 5)
    expect(entries).toHaveLength(1)
    expect(entries[0]).toMatchObject({ who: 'ana', what: 'source.remove', before: '{"name":"Lost"}' })
    expect(entries[0]?.outcome).toMatch(/^unknown: its process died after it began at /)
    expect(await redis.hlen(keys.admin('acting'))).toBe(0)
    expect(one.entries.length + other.entries.length).toBeGreaterThan(0)
  })

  it('the audit log does not report an action in progress as abandoned', async () => {
    const end = await audit.begin({ by: ana, what: 'source.add', on: 'underway' })
    expect((await audit.read({ ...ANY, on: 'underway' }, null, 5)).entries).toEqual([])
    await end({ after: 'added' })
    expect((await audit.read({ ...ANY, on: 'underway' }, null, 5)).entries).toMatchObject([{ outcome: 'done' }])
  })

  it('the audit log lists log-ins and log-outs among the actions, page by page, even within one millisecond', async () => {
    const vera = { name: 'vera', from: '10.0.0.9' }
    await audit.visit(vera, 'log-in')
    await acted({ by: vera, what: 'thing.done', on: 'vera' })
    await audit.visit(vera, 'log-out')
    const of = { ...ANY, who: 'vera' }
    const first = await audit.read(of, null, 2)
    const second = await audit.read(of, first.entries.at(-1)?.id ?? null, 2)
    expect([first.more, second.more]).toEqual([true, false])
    const whats = [...first.entries, ...second.entries].map(({ what }) => what)
    expect(whats.sort()).toEqual(['log-in', 'log-out', 'thing.done'])

    const fields = ['who', 'tie', 'from', '', 'what', 'x', 'on', '', 'before', '', 'after', '', 'outcome', 'done']
    for (const key of [keys.audit(), keys.auditVisits()])
      for (const id of ['99999999999999-0', '99999999999999-1']) await redis.xadd(key, id, ...fields)
    const seen: string[] = []
    for (let before: string | null = null; seen.length < 9; ) {
      const { entries, more } = await audit.read({ ...ANY, who: 'tie' }, before, 1)
      seen.push(...entries.map(({ id }) => id))
      before = seen.at(-1) ?? null
      if (!more) break
    }
    expect(seen).toEqual(['1', '0'].flatMap(n => [`99999999999999-${n}`, `99999999999999-${n}v`]))
    await redis.del(keys.audit(), keys.auditVisits())
  })

  it('logging in and out without end does not push actions out of the audit log', async () => {
    const before = await redis.xlen(keys.audit())
    for (let count = 0; count < 50; count += 1) {
      await audit.visit({ name: 'sam', from: '10.0.0.9' }, 'log-in')
      await audit.visit({ name: 'sam', from: '10.0.0.9' }, 'log-out')
    }
    await audit.visit({ name: 'sam', from: '10.0.0.10' }, 'log-in')
    expect(await redis.xlen(keys.audit())).toBe(before)
    expect((await audit.read({ ...ANY, who: 'sam' }, null, 10)).entries).toHaveLength(3)
  })

  it('the page of the audit log escapes whatever its entries contain', () => {
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
    const refused = [{ kind: evil, who: evil, from: evil, on: evil, count: 1, first: 1, last: 1 }]
    const { markup } = auditPage({
      filter: { who: evil, what: '', on: '' },
      entries: [entry],
      older: null,
      refused,
      now: 2,
    })
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
  ])('the audit reads %s %s of the queue dashboard as %s on %s', (method, path, what, on) => {
    expect(actionOf(method, path)).toEqual({ what, on })
  })
})

describe('the page of the audit', () => {
  it('the page of the audit log shows log-ins and actions, and can be searched', async () => {
    const desk = testDaemon({
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
