import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Heard } from '../../src/sources/polling/network-results.ts'
import { allowance, looksDown, probeGap, RESUME } from '../../src/sources/polling/outage.ts'
import { NOON } from '../support/articles.ts'
import { aPollingDesk } from '../support/polls.ts'

const heard = (reached: number, unreached: number, ago = 1_000): Heard[] => [
  ...Array.from({ length: reached }, () => ({ at: NOON - ago, isReached: true })),
  ...Array.from({ length: unreached }, () => ({ at: NOON - ago, isReached: false })),
]

describe('our own network', () => {
  it('our own network is to blame if most of enough recently contacted domains did not answer', () => {
    expect(looksDown(heard(0, 4), NOON)).toBe(false)
    expect(looksDown(heard(0, 5), NOON)).toBe(true)
    expect(looksDown(heard(4, 16), NOON)).toBe(true)
    expect(looksDown(heard(5, 15), NOON)).toBe(false)
    expect(looksDown(heard(0, 20, 3_600_000), NOON)).toBe(false)
  })

  it('our own network that worked a minute ago is to blame as soon as all the latest requests fail', () => {
    expect(looksDown([...heard(500, 0, 60_000), ...heard(0, 20, 100)], NOON)).toBe(true)
  })

  it('our own network is never to blame while most domains answer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }), (reached, more) => {
        expect(looksDown(heard(reached + more, reached), NOON)).toBe(false)
      }),
    )
  })

  it('our own network is probed by one process at a time, less and less often, and resumes in steps', () => {
    expect([0, 600_000, 86_400_000].map(probeGap)).toEqual([10_000, 60_000, 120_000])
    expect(allowance({ mode: 'down', since: NOON }, NOON + 1e9, 1_000)).toBe(1)
    expect(allowance({ mode: 'back', since: NOON }, NOON + RESUME / 2, 1_000)).toBe(500)
    expect(allowance({ mode: 'up', since: 0 }, NOON, 1_000)).toBe(1_000)
  })
})

/** A loopback world that can be cut off and put back. */
const aCableTo = async () => {
  let server: Server | null = null
  let requests = 0
  let port = 0
  const plug = async () => {
    server = createServer((_, response) => {
      requests += 1
      response.writeHead(200, { connection: 'close' }).end('feed')
    }).listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as { port: number }).port // a TCP server has one
  }
  const cut = () => {
    server?.close()
    server?.closeAllConnections()
  }
  await plug()
  afterAll(cut)
  return { plug, cut, port, requests: () => requests }
}

describe('an outage of our own network', () => {
  it('an outage of our own network counts against no source, is probed by one at a time, and ends with all sources resumed', async () => {
    const cable = await aCableTo()
    const ids = Array.from({ length: 30 }, (_, n) => `s${n}`)
    const desk = aPollingDesk(Object.fromEntries(ids.map(id => [id, `http://${id}.localhost:${cable.port}/feed`])))
    await desk.sources.sync()
    for (const id of ids) expect(await desk.poll(id)).toMatchObject({ kind: 'changed' })

    cable.cut()
    desk.clock.now += 60_000
    for (const id of ids) await desk.poll(id)
    await desk.network.flush()
    expect((await desk.network.state()).mode).toBe('down')
    const failures = await Promise.all(ids.map(async id => (await desk.state(id)).failures))
    expect(failures.filter(count => count > 0).length).toBeLessThan(20)

    // Every replica knows; one probe passes, by whichever it goes.
    const another = desk.aReplica()
    await desk.redis.del(desk.keys.networkProbe())
    const gates = await Promise.all([...Array(10)].flatMap(() => [desk.network.gate(), another.network.gate()]))
    expect(gates.filter(wait => wait === null)).toHaveLength(1)
    expect(Math.min(...gates.filter(wait => wait !== null))).toBeGreaterThanOrEqual(10_000)
    expect(await desk.poll('s1')).toMatchObject({ kind: 'postponed' })

    await cable.plug()
    desk.clock.now += 60_000
    const before = cable.requests()
    await desk.redis.del(desk.keys.networkProbe()) // its time has passed
    const probed = await desk.poll('s1')
    expect(probed.kind === 'changed' || probed.kind === 'unchanged').toBe(true)
    expect(cable.requests()).toBe(before + 1)
    await desk.network.flush()
    expect((await desk.network.state()).mode).toBe('back')
    const states = await Promise.all(ids.map(id => desk.state(id)))
    expect(states.map(({ failures: count }) => count)).toEqual(ids.map(() => 0))
    const dues = states.flatMap(({ nextAt, nextReason }) => (nextReason.includes('is back') ? [nextAt ?? 0] : []))
    expect(dues.length).toBeGreaterThan(10)
    expect(Math.max(...dues) - Math.min(...dues)).toBeGreaterThan(RESUME / 2)
    expect(Math.max(...dues)).toBeLessThanOrEqual(desk.clock.now + RESUME)

    desk.clock.now += RESUME + 1
    await desk.network.flush()
    expect((await desk.network.state()).mode).toBe('up')
  })

  it('an outage of our own network is not inferred from many dead sources whose time-outs arrive after all the answers', async () => {
    const desk = aPollingDesk({})
    const asked = Array.from({ length: 200 }, (_, n) => ({
      domain: `d${n}.example`,
      at: NOON + n * 10,
      isDead: n % 8 === 0,
    }))
    for (const { domain, at } of asked.filter(({ isDead }) => !isDead)) {
      desk.clock.now = at + 50
      desk.network.reached(domain, at)
    }
    for (const { domain, at } of asked.filter(({ isDead }) => isDead)) {
      desk.clock.now = at + 10_000
      expect(await desk.network.unreached(domain, domain, at, false)).toBe(false)
    }
    expect((await desk.network.state()).mode).toBe('up')
  })

  it('an outage of our own network is not inferred from sources that failed before and are polled last', async () => {
    const desk = aPollingDesk({})
    for (let n = 0; n < 40; n += 1) desk.network.reached(`good${n}.example`, desk.clock.now)
    for (let n = 0; n < 40; n += 1) {
      desk.clock.now += 1_000
      expect(await desk.network.unreached(`dead${n}.example`, `dead${n}`, desk.clock.now - 500, true)).toBe(false)
    }
    expect((await desk.network.state()).mode).toBe('up')
  })

  it('an outage of our own network is not inferred while half of the publishers answer', async () => {
    const cable = await aCableTo()
    const ids = Array.from({ length: 12 }, (_, n) => `s${n}`)
    // Half of them cannot be reached; the others can.
    const desk = aPollingDesk(
      Object.fromEntries(ids.map((id, n) => [id, `http://${id}.localhost:${n % 2 ? cable.port : 1}/feed`])),
    )
    for (let times = 0; times < 3; times += 1) for (const id of ids) await desk.poll(id)
    expect((await desk.network.state()).mode).toBe('up')
    expect((await desk.state('s0')).failures).toBe(3)
  })
})
