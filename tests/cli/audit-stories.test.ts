import { describe, expect, it } from 'vitest'
import { StorySettings } from '../../src/config/sections/stories.ts'
import { SCHEMA } from '../../src/maintenance/migrations/schema.ts'
import { createStories } from '../../src/stories/stories.ts'
import { measureStoryShares } from '../../src/use-cases/story-shares.ts'
import { anArticle } from '../support/articles.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { aListRoom } from '../support/lists.ts'

endAll()

const room = aListRoom()
room.clock.now = Date.now()
const { redis, keys } = room
const desk = room.open()
const { dir } = aConfigFolder({
  settings: `redis: { prefix: ${keys.prefix} }\n`,
  sources: 'sources:\n  - { id: courier, name: courier, url: https://courier.example/rss, section: world }\n',
})
const newsdesk = async (...args: string[]) => {
  const { ended, out, err } = cli(args, { NEWSDESK_REDIS_URL: redisUrl(), NEWSDESK_CONFIG: dir })
  return { code: await ended, out: out(), err: err() }
}

const FLOOD = [
  'Storm Odile floods harbour',
  'Harbour flooded by Storm Odile',
  'Storm Odile: flooded harbour wall breaks',
]
const STRIKE = [
  'Ferry crews of Marle strike over pay',
  'Marle ferry crews strike for pay',
  'Pay strike of Marle ferry crews',
]
const articles = [...FLOOD, ...STRIKE].map((title, n) =>
  anArticle({
    title,
    source: `paper${n}`,
    url: `https://paper${n}.example/a`,
    publishedAt: room.clock.now - n * 60_000,
  }),
)
const settings = StorySettings.parse({})
const stories = createStories({ redis, keys, settings: () => settings, now: Date.now })
await redis.set(keys.schema(), SCHEMA)
const decided = await stories.decide(articles)
await desk.takeIn(articles.map((article, n) => ({ article, decision: decided[n] as (typeof decided)[number] }))) // one each

describe('an editor who audits stories in the terminal', () => {
  it('an editor who audits stories sees which one holds two events, and the suggested command splits it', {
    timeout: 180_000,
  }, async () => {
    const [flood, strike] = [decided[0]?.story ?? '', decided[3]?.story ?? '']
    expect(flood).not.toBe(strike)
    expect((await newsdesk('stories', 'merge', strike, flood)).code).toBe(0)
    const { code, out } = await newsdesk('stories', 'audit')
    expect(code).toBe(0)
    expect(out).toContain('would not be merged today')
    for (const title of [FLOOD[0], STRIKE[0]]) expect(out).toContain(title)
    const command = /newsdesk (stories split [^\n]*\w)/.exec(out)?.[1] ?? ''
    expect((await newsdesk(...command.split(' '))).code).toBe(0)
    const { stories: left } = JSON.parse((await newsdesk('stories', 'audit', '--json')).out)
    expect(left).toEqual([])
    const now = await stories.decide(articles)
    expect(new Set(now.slice(0, 3).map(({ story }) => story)).size).toBe(1)
    expect(now[3]?.story).not.toBe(now[0]?.story)
  })

  it('an editor who audits stories sees a story that takes more of its section than allowed', {
    timeout: 60_000,
  }, async () => {
    const many = Array.from({ length: 60 }, (_, n) =>
      anArticle({ title: `Report ${n}`, source: `daily${n}`, url: `https://daily${n}.example/`, sections: ['world'] }),
    )
    const decision = (n: number) =>
      ({ kind: 'new', story: n < 25 ? 'sBig' : `sReport${n}`, merges: [] }) as unknown as (typeof decided)[number]
    await desk.takeIn(many.map((article, n) => ({ article, decision: decision(n) })))
    const [share] = await measureStoryShares({ redis, keys }, ['world'], 0.3)
    expect(share).toMatchObject({ section: 'world', story: 'sBig', articles: 25, limit: 0.3 })
    const { out } = await newsdesk('stories', 'audit')
    expect(out).toMatch(/story sBig has 25 of the latest \d+ articles of world, more than stories\.maxShare/)
    expect((await newsdesk('status')).out).toContain('story sBig has 25')
  })
})
