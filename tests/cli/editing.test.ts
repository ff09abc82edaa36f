import { describe, expect, it } from 'vitest'
import type { EntryExplanation } from '../../src/lists/explain.ts'
import { SCHEMA } from '../../src/maintenance/migrations/schema.ts'
import { anArticle, newIn } from '../support/articles.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { aListRoom } from '../support/lists.ts'

endAll()

const room = aListRoom()
room.clock.now = Date.now()
const desk = room.open()
const { dir } = aConfigFolder({
  settings: `redis: { prefix: ${room.keys.prefix} }\n`,
  sources: 'sources:\n  - { id: courier, name: courier, url: https://courier.example/rss, section: world }\n',
})
const newsdesk = async (...args: string[]) => {
  const { ended, out, err } = cli(args, { NEWSDESK_REDIS_URL: redisUrl(), NEWSDESK_CONFIG: dir })
  return { code: await ended, out: out(), err: err() }
}

const articles = ['Ferry treaty signed', 'Mayor resigns', 'Bridge reopens'].map((title, n) => {
  const at = room.clock.now - (n + 1) * 600_000
  return anArticle({ title, publishedAt: at, firstSeenAt: at + 5_000 })
})
const [, , bridge] = articles.map(({ id }) => id)
await room.redis.set(room.keys.schema(), SCHEMA)
await desk.takeIn(articles.map(article => ({ article, decision: newIn(`s${article.id}`) })))
await desk.publisher.publish('must-reads')
/** As a daemon does when it is asked to. */
const written = async () => {
  room.clock.now = Date.now()
  await desk.publisher.publishWaiting(() => false)
  return room.titles('must-reads')
}

describe('an editor in the terminal', () => {
  it('an editor in the terminal sees why an entry stands at its rank, with each term of its score', {
    timeout: 180_000,
  }, async () => {
    const told = await newsdesk('explain', 'must-reads', '1', '--json')
    expect(told.err).toBe('')
    const why = JSON.parse(told.out) as EntryExplanation
    expect(why.entry.title).toBe('Ferry treaty signed')
    expect(why.now?.rank).toBe(1)
    const product = (why.now?.terms ?? []).reduce((all, { value }) => all * value, 1)
    expect(product).toBeCloseTo(why.now?.score ?? 0, 9)
    const shown = await newsdesk('explain', 'must-reads', '2')
    expect(shown.out).toMatch(/Mayor resigns[\s\S]*breadth[\s\S]*freshness[\s\S]*old[\s\S]*reads/)
    expect((await newsdesk('explain', 'must-reads', '9')).code).toBe(1)
    expect((await newsdesk('explain', 'best-of', '1')).code).toBe(2)

    const history = await newsdesk('lists', 'must-reads', '--changes', '2h', '--json')
    expect(JSON.parse(history.out)).toMatchObject({ list: 'must-reads', changes: [], isUnknown: false })
    expect(await newsdesk('lists', '--changes')).toMatchObject({
      code: 2,
      err: expect.stringContaining('needs a list'),
    })
    expect(await newsdesk('lists', 'must-reads', '--changes', 'soon')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--changes must be a number with a unit'),
    })
  })

  it('an editor in the terminal can pin and block for a limited time and undo it, and is named in the log', {
    timeout: 180_000,
  }, async () => {
    const pinned = await newsdesk('pin', bridge ?? '', '--for', '2h', '--by', 'ada', '--reason', 'election night')
    expect(pinned).toMatchObject({ code: 0, out: expect.stringMatching(/^Pinned to place 1 of must-reads until /) })
    expect(await written()).toEqual(['Bridge reopens', 'Ferry treaty signed', 'Mayor resigns'])
    expect((await newsdesk('explain', 'must-reads', '1')).out).toContain('by ada until')

    expect((await newsdesk('block', articles[0]?.id ?? '', '--by', 'ada')).out).toMatch(/^Blocked on every list until /)
    expect(await written()).toEqual(['Bridge reopens', 'Mayor resigns'])
    expect((await newsdesk('unpin', bridge ?? '', '--by', 'ben')).code).toBe(0)
    expect(await written()).toEqual(['Mayor resigns', 'Bridge reopens'])

    const log = JSON.parse((await newsdesk('overrides', '--log', '--json')).out) as {
      did: string
      by: string
      why: string
    }[]
    expect(log.map(({ did, by, why }) => [did, by, why])).toEqual([
      ['lifted', 'ben', 'election night'],
      ['placed', 'ada', ''],
      ['placed', 'ada', 'election night'],
    ])
  })

  it('an editor in the terminal gets an error with the reason for an edit that is impossible', {
    timeout: 180_000,
  }, async () => {
    expect(await newsdesk('pin', 'nobody')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No article "nobody"'),
    })
    expect((await newsdesk('pin', bridge ?? '', '--list', 'latest')).err).toContain('in order of time')
    expect((await newsdesk('pin', bridge ?? '', '--for', 'soon')).err).toContain('such as 10m')
    expect((await newsdesk('unblock', bridge ?? '')).code).toBe(1)
  })
})
