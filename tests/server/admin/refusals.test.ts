import { pino } from 'pino'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Source, SourceId } from '../../../src/domain/source.ts'
import { createRefusals, type RefusedRequest } from '../../../src/server/admin/auth/refusals.ts'
import { createTokens } from '../../../src/server/admin/auth/tokens.ts'
import { createUsers } from '../../../src/server/admin/auth/users.ts'
import { createAudit } from '../../../src/use-cases/audit-log.ts'
import { createSourceActions } from '../../../src/use-cases/source-actions.ts'
import { logIn, PASSWORD, post, seen, setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'
import { testRedis } from '../../support/redis.ts'

const sources = [{ id: 'courier', name: 'Courier', url: 'http://127.0.0.1:1/rss', section: 'world' }]
const lines: string[] = []
const desk = testDaemon({ sources, log: pino({ level: 'warn' }, { write: line => lines.push(line) }) })
let url: string
let admin: string
let bearer: Record<string, string>
beforeAll(async () => {
  url = await setUp(await desk.start(['admin']))
  const parts = { redis: desk.redis, keys: desk.keys, now: Date.now }
  await createUsers(parts).add('vera', 'viewer', PASSWORD)
  admin = await logIn(url)
  const { token } = await createTokens(parts).add('graphs', 'viewer', null)
  bearer = { authorization: `Bearer ${token}`, accept: 'application/json' }
})

const refusedNow = async (): Promise<readonly RefusedRequest[]> => {
  const answer = await fetch(`${url}/audit`, { headers: { cookie: admin, accept: 'application/json' } })
  return ((await answer.json()) as { refused: RefusedRequest[] }).refused
}

describe('a viewer who tries what only admins may', () => {
  it('a viewer whose thousands of actions are refused pushes nothing out of the audit log, is counted, and must wait', async () => {
    const paused = await post(url, '/sources/-/act', { do: 'pause', which: 'found' }, { cookie: admin, origin: url })
    expect(paused.status).toBe(303)
    const length = await desk.redis.xlen(desk.keys.audit())
    const statuses = new Map<number, number>()
    for (let batch = 0; batch < 30; batch += 1) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, at) => post(url, `/sources/courier/crawl?${batch}-${at}`, {}, bearer)),
      )
      for (const answer of answers) {
        await answer.arrayBuffer()
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      }
    }
    expect([...statuses.keys()].sort()).toEqual([403, 429])
    expect(await desk.redis.xlen(desk.keys.audit())).toBe(length)
    expect((await refusedNow()).find(({ who }) => who === 'token:graphs')).toMatchObject({
      ...{ kind: 'role', count: 3_000, on: 'POST /sources/courier/crawl', from: '127.0.0.1' },
    })
    const page = await seen(url, '/audit', admin)
    expect(page).toContain('source.pause')
    expect(page).toMatch(/an action by a viewer[\s\S]*token:graphs[\s\S]*3000/)
    const told = lines.filter(line => line.includes('token:graphs'))
    expect(told.length).toBeGreaterThan(0)
    expect(told.length).toBeLessThan(10)
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/newsdesk_admin_refused_total\{kind="role"\} 3000/)
  }, 60_000)

  it("a viewer's token, with which one cannot log out, leaves no entry in the audit log however often it tries", async () => {
    const before = await Promise.all([desk.redis.xlen(desk.keys.audit()), desk.redis.xlen(desk.keys.auditVisits())])
    for (let count = 0; count < 20; count += 1) expect((await post(url, '/logout', {}, bearer)).status).toBe(303)
    const after = await Promise.all([desk.redis.xlen(desk.keys.audit()), desk.redis.xlen(desk.keys.auditVisits())])
    expect(after).toEqual(before)
  })
})

describe('a stranger', () => {
  it('a stranger who tries unknown names and tokens adds one row of each kind to the refusals', async () => {
    for (let count = 0; count < 3; count += 1) {
      await post(url, '/login', { user: `ghost${count}`, password: 'a guess that is wrong' })
      await fetch(`${url}/`, { headers: { authorization: `Bearer guess${count}` } })
    }
    await post(url, '/login', { user: 'vera', password: 'a guess that is wrong' })
    await post(url, '/login', { user: 'vera', password: 'x' }, { origin: 'https://evil.example' })
    const rows = (await refusedNow())
      .filter(({ kind }) => kind !== 'role')
      .map(({ kind, who, count }) => [kind, who, count])
    expect(rows.sort()).toEqual([
      ['forged', 'nobody', 1],
      ['log-in', 'no such user', 3],
      ['log-in', 'vera', 1],
      ['token', 'a token', 3],
    ])
  })
})

describe('the counts of refusals', () => {
  const { redis, keys } = testRedis()
  const count = (now: () => number) => {
    const said = pino({ level: 'silent' })
    return createRefusals({ redis, keys, now, log: said, onRefused: () => undefined })
  }

  it('refusals are counted over all processes, and only the latest 500 kinds are stored', async () => {
    let clock = 1_000
    const [one, other] = [count(() => clock), count(() => clock)]
    for (let name = 0; name < 400; name += 1) one.count('role', { name: `a${name}`, from: null }, 'POST /x')
    await one.close()
    clock = 2_000
    for (let name = 300; name < 700; name += 1) other.count('role', { name: `a${name}`, from: '10.0.0.1' }, 'POST /y')
    const kept = await other.read()
    expect(kept).toHaveLength(500)
    expect(kept.filter(({ last }) => last === 2_000)).toHaveLength(400)
    expect(kept.find(({ who }) => who === 'a300')).toEqual({
      ...{ kind: 'role', who: 'a300', count: 2, first: 1_000, last: 2_000, from: '10.0.0.1', on: 'POST /y' },
    })
    await other.close()
  })
})

describe('an act on very many sources', () => {
  const { redis, keys } = testRedis()
  const audit = createAudit({ redis, keys, now: Date.now })
  const ids = Array.from({ length: 501 }, (_, at) => `source-with-a-long-id-${at}` as SourceId)
  const acts = (fail: boolean) =>
    createSourceActions({
      ...{ redis, keys, audit },
      catalogue: {
        setEnabled: async () => {
          // What is begun is known before it is done.
          expect(await redis.hlen(keys.admin('acting'))).toBe(1)
          if (fail) throw new Error('the catalogue is away')
        },
        remove: async () => undefined,
        add: async () => undefined,
        edit: async () => undefined,
        capture: async () => [],
        restore: async () => undefined,
      },
      sources: {
        get: id => ({ id, enabled: true }) as Source,
        state: () => Promise.reject(new Error('not asked')),
        forget: async () => undefined,
      },
      moves: { accept: async () => ({ kind: 'none' }), refuse: async () => ({ kind: 'none' }) },
      recrawl: async () => '',
      gap: { request: async () => 0, cancel: async () => undefined, isTaken: async () => false },
    })
  const by = { name: 'ana', from: null }
  const all = () => audit.read({ who: '', what: 'source', on: '' }, null, 1_000)

  it('an action on very many sources names each of them in a few entries of the audit log', async () => {
    await acts(false).setEnabled(by, ids, false)
    const { entries } = await all()
    expect(entries.length).toBeLessThan(30)
    const named = entries.flatMap(({ on }) => on.split(': ')[1]?.split(' ') ?? [])
    expect(named.sort()).toEqual([...ids].sort())
    const before = entries.flatMap(entry => JSON.parse(entry.before) as { enabled: boolean }[])
    expect(before).toHaveLength(ids.length)
  })

  it('a failed action on very many sources is in the audit log with the reason', async () => {
    await expect(acts(true).setEnabled(by, ids.slice(0, 2), false)).rejects.toThrow('away')
    const [entry] = (await all()).entries
    expect(entry).toMatchObject({ on: `2 sources: ${ids[0]} ${ids[1]}`, outcome: 'failed: the catalogue is away' })
    expect(await redis.hlen(keys.admin('acting'))).toBe(0)
  })
})
