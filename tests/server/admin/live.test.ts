import express from 'express'
import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { createLive, type LiveParts } from '../../../src/server/admin/web/live.ts'
import { listenAt } from '../../../src/server/listen.ts'
import { PASSWORD, post, setUp } from '../../support/admin.ts'
import { sourceId } from '../../support/articles.ts'
import { aBrowser, CHROMIUM } from '../../support/browser.ts'
import { testDaemon } from '../../support/daemon.ts'
import { until } from '../../support/until.ts'

const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing) await close()
})

const aLive = async (some: Partial<LiveParts> = {}) => {
  let looks = 0
  let changed: string[] = []
  const look = async () => {
    looks += 1
    return changed.splice(0)
  }
  const live = createLive({
    topics: [{ name: 'sources', check: look }],
    isLoggedIn: async () => true,
    log: pino({ level: 'silent' }),
    every: 5,
    ...some,
  })
  const { url, close } = await listenAt({ host: '127.0.0.1', port: 0 }, express().use('/live', live.router))
  closing.push(async () => {
    live.close()
    await close()
  })
  const listen = async () => {
    const gone = new AbortController()
    const answer = await fetch(`${url}/live?topics=sources`, { signal: gone.signal })
    const heard: string[] = []
    const over = (async () => {
      try {
        for await (const piece of answer.body ?? []) heard.push(new TextDecoder().decode(piece))
      } catch {
        // Let go of by us.
      }
    })()
    return { status: answer.status, heard: () => heard.join(''), over, leave: () => gone.abort() }
  }
  return {
    live,
    listen,
    looks: () => looks,
    change: (...keys: string[]) => {
      changed = keys
    },
  }
}

describe('what is told to open pages', () => {
  it('live pages that subscribe are told of what changed just before, which another page was told already', async () => {
    const { listen, change } = await aLive()
    const first = await listen()
    change('courier')
    await until(() => first.heard().includes('courier'))
    first.leave()
    const second = await listen()
    await until(() => second.heard().includes('"keys":["courier"]'))
    second.leave()
  })

  it('live pages cost nothing while none is open', async () => {
    const { listen, looks, live } = await aLive()
    expect(looks()).toBe(0)
    const one = await listen()
    await until(looks, count => count > 2)
    one.leave()
    await until(live.listeners, count => count === 0)
    let [last, still] = [0, 0]
    await until(() => {
      still = looks() === last ? still + 1 : 0
      last = looks()
      return still === 5
    })
  })

  it('a change is sent to all open live pages, and of very many changes only that there were some', async () => {
    const { listen, change } = await aLive()
    const all = [await listen(), await listen()]
    change('a', 'b')
    for (const { heard } of all) await until(() => heard().includes('event: sources\ndata: {"keys":["a","b"]}\n\n'))
    change(...Array.from({ length: 501 }, (_, index) => `s${index}`))
    for (const { heard, leave } of all) {
      await until(() => heard().includes('data: {"keys":null}'))
      leave()
    }
  })

  it('live pages are updated again after Redis could not be read once', async () => {
    let count = 0
    const look = async () => {
      count += 1
      if (count === 1) throw new Error('Redis is away')
      return ['a']
    }
    const { listen } = await aLive({ topics: [{ name: 'sources', check: look }] })
    const { heard, leave } = await listen()
    await until(() => heard().includes('"a"'))
    leave()
  })

  it('live pages stop for users whose access ended, and go on for the others', async () => {
    let isLoggedIn = true
    const { listen, live } = await aLive({ isLoggedIn: async () => isLoggedIn, heartbeat: 20 })
    const { heard, over } = await listen()
    await until(() => heard().includes(': quiet'))
    isLoggedIn = false
    await over
    await until(live.listeners, count => count === 0)
  })

  it('at most 200 live pages are served, and others once some of them are closed', async () => {
    const { listen } = await aLive()
    const all = await Promise.all(Array.from({ length: 200 }, listen))
    expect((await listen()).status).toBe(503)
    for (const { leave } of all) leave()
    const late = await until(listen, ({ status }) => status === 200)
    late.leave()
  })
})

describe.skipIf(CHROMIUM === undefined)('a page left open', () => {
  const desk = testDaemon({
    sources: ['courier', 'gazette', 'herald'].map(id => ({
      ...{ id, name: id.toUpperCase(), section: 'world', url: `http://127.0.0.1:1/${id}`, interval: '12h' },
    })),
  })
  const browser = aBrowser()

  it('a page that stays open shows changes, keeps ticks and focus, does not grow, and ends with the session', async () => {
    const url = await setUp(await desk.start(['admin']))
    const page = await (await browser()).newPage()
    const broken: string[] = []
    page.on('pageerror', error => broken.push(error.message))
    await page.goto(`${url}/sources`)
    await page.getByLabel('User').fill('admin')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByLabel('Select COURIER').check()
    await page.getByRole('button', { name: 'Re-crawl COURIER' }).focus()

    const { redis, keys } = desk
    const fails = async (count: number) => {
      await redis.hset(keys.source(sourceId('courier')), {
        ...{ failures: count, errorReason: 'timeout', errorDetail: `for the ${count}th time`, errorAt: 1 },
      })
      await redis.zadd(keys.due(), count, 'courier')
      await page.getByText(`for the ${count}th time`).waitFor()
    }
    const session = await page.context().newCDPSession(page)
    const counted = async () => {
      await session.send('HeapProfiler.collectGarbage')
      return session.send('Memory.getDOMCounters')
    }
    // The first look knows nothing to compare with: told again until it is heard.
    await until(async () => {
      await redis.zadd(keys.due(), Date.now(), 'courier')
      await redis.hset(keys.source(sourceId('courier')), {
        failures: 1,
        errorReason: 'timeout',
        errorDetail: 'once',
        errorAt: 1,
      })
      return (await page.getByText('timeout: once').count()) > 0
    })
    for (const count of [2, 3]) await fails(count)
    const before = await counted()
    for (let count = 4; count < 16; count += 1) await fails(count)
    const after = await counted()
    expect(after.nodes).toBeLessThanOrEqual(before.nodes + 20)
    expect(after.jsEventListeners).toBeLessThanOrEqual(before.jsEventListeners + 2)
    expect(after.documents).toBeLessThanOrEqual(before.documents + 1)
    expect(await page.getByLabel('Select COURIER').isChecked()).toBe(true)
    expect(await page.evaluate('document.activeElement?.ariaLabel')).toBe('Re-crawl COURIER')
    expect(broken).toEqual([])
    const [cookie] = await page.context().cookies()
    await post(url, '/logout', {}, { origin: url, cookie: `${cookie?.name}=${cookie?.value}` })
    await page.getByText('No longer live').waitFor({ timeout: 60_000 })
  })
})
