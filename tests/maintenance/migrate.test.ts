import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { createArticleStore } from '../../src/articles/redis-store.ts'
import { ArticleSettings } from '../../src/config/sections/articles.ts'
import { EventSettings } from '../../src/config/sections/events.ts'
import { StorySettings } from '../../src/config/sections/stories.ts'
import type { Article, ArticleId } from '../../src/domain/article.ts'
import { createCounting } from '../../src/events/counting.ts'
import { createTops } from '../../src/events/top-articles.ts'
import { keyNames } from '../../src/maintenance/migrations/key-names.ts'
import { createMigrate } from '../../src/maintenance/migrations/migrate.ts'
import type { Migration } from '../../src/maintenance/migrations/migration.ts'
import { MIGRATIONS } from '../../src/maintenance/migrations/registry.ts'
import { checkSchema, readSchema, SCHEMA } from '../../src/maintenance/migrations/schema.ts'
import { type Keys, keysFor } from '../../src/redis/keys.ts'
import { createStories } from '../../src/stories/stories.ts'
import { anArticle, testLabels } from '../support/articles.ts'
import { type Dumped, dumpKeys, loadKeys } from '../support/dump.ts'
import { movedBy, moveKey } from '../support/moved.ts'
import { asRenamed, OLD_KEYS } from '../support/old-keys.ts'
import { testRedis } from '../support/redis.ts'
import { dieAfter, takeOverAfterCommand } from '../support/takeover.ts'

const { redis, keys: mine, connect } = testRedis()
let run = 0

const FOLDER = 'tests/fixtures/schemas'
interface Fixture {
  readonly commit: string
  /** ms since the epoch. */
  readonly at: number
  readonly views: number
  readonly keys: readonly Dumped[]
}
const DAY = 86_400_000

/** As if recorded within the last day: deciding on stories goes by the clock of Redis, whatever is passed in. */
const asOfToday = (fixture: Fixture): Fixture => {
  const days = Math.floor((Date.now() - fixture.at) / DAY)
  const move = movedBy(days, fixture.at)
  return { ...fixture, at: fixture.at + days * DAY, keys: fixture.keys.map(key => moveKey(key, move)) }
}
const recorded = readdirSync(FOLDER).map(file => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Fixture)
const fixtures = recorded.map(asOfToday)

/** What an earlier version wrote, under a prefix of the test's own. */
const wrote = async (fixture: Fixture) => {
  const keys = keysFor(`${mine.prefix}-${run++}`)
  await loadKeys(redis, fixture.keys, key => key.replace('newsdesk', keys.prefix))
  const now = () => fixture.at + 60_000
  const settings = ArticleSettings.parse({})
  const archive = createArticleStore({
    redis,
    keys,
    retention: () => settings.retention,
    poolSize: () => 2_000,
    findWeight: () => 1,
    labels: testLabels,
    findParent: () => undefined,
  })
  const events = EventSettings.parse({})
  const stories = StorySettings.parse({})
  const said: string[] = []
  return {
    keys,
    now,
    said,
    archive,
    ids: fixture.keys.flatMap(({ key }) => (key.startsWith('newsdesk:article:') ? [key.slice(17) as ArticleId] : [])),
    migrate: createMigrate({ redis, keys, say: line => said.push(line), patience: 300 }),
    stories: () => createStories({ redis, keys, settings: () => stories, now }),
    counting: createCounting({ redis, keys, archive, settings: () => events }),
    tops: createTops({ redis, keys, halfLife: () => events.halfLife, now }),
  }
}

/** Schema that a fixture was recorded with; versions before there was one wrote none. */
const schemaBefore = ({ keys }: Fixture): number => {
  const written = keys.find(({ key }) => key === '{newsdesk:schema}')
  return written?.type === 'string' ? Number(written.value) : 0
}

const everything = (prefix: string) =>
  dumpKeys(redis, new RegExp(prefix)).then(all => all.map(({ lives, ...rest }) => ({ ...rest, expires: lives > 0 })))

describe.each(fixtures)('data written by version $commit', fixture => {
  it('data of an older version keeps its reads of the day and the week', async () => {
    const { keys, migrate, counting, tops, now } = await wrote(fixture)
    await migrate.run()
    await counting.rotate(keys.eventState(''), now())
    for (const window of ['day', 'week'] as const) {
      const counted = await tops('view', window, 100)
      expect(counted.map(({ count }) => count)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    }
  })

  it('data of an older version is not ingested a second time, and its stories go on', async () => {
    const { archive, ids, migrate, stories } = await wrote(fixture)
    await migrate.run()
    const held = (await archive.articles(ids)).flatMap(each => each ?? [])
    expect(held).toHaveLength(10)
    const decided = await stories().decide(held as Article[])
    expect(decided.map(({ story }) => story)).toEqual(held.map(({ story }) => story))
    // The same event told by a third publisher joins what stands.
    const ferry = held.find(({ title }) => title.startsWith('Ferry treaty'))
    const [third] = await stories().decide([
      anArticle({
        source: 'herald',
        title: 'Ferry treaty signed in Marle after a long night of talks',
        publishedAt: fixture.at,
      }),
    ])
    expect(third?.story).toBe(ferry?.story)
  })

  it('data of an older version can be found and evicted by age', async () => {
    const { keys, ids, migrate, archive } = await wrote(fixture)
    await migrate.run()
    const held = (await archive.articles(ids)).flatMap(each => each ?? [])
    const byAge = held.sort((a, b) => a.publishedAt - b.publishedAt).map(({ publishedAt }) => publishedAt)
    const indexed = await redis.zrange(keys.articleIndex(), 0, '-1', 'WITHSCORES')
    expect(indexed.filter((_, at) => at % 2 === 1).map(Number)).toEqual(byAge)
    const titles = await redis.xrange(keys.articleTitles(), '-', '+')
    expect(new Set(titles.map(([, fields]) => fields[1]))).toEqual(new Set(ids))
  })

  it('data of an older version has its stories of several publishers indexed by breadth', async () => {
    const { ids, migrate, archive } = await wrote(fixture)
    await migrate.run()
    const held = (await archive.articles(ids)).flatMap(each => each?.story ?? [])
    const stories = (await archive.stories([...new Set(held)])).flatMap(each => each ?? [])
    const broad = stories.flatMap(({ id, sources }) => (sources.length > 1 ? id : [])).sort()
    expect(broad.length).toBeGreaterThan(0)
    expect([...(await archive.broadStories(0, 100))].sort()).toEqual(broad)
    expect([...(await archive.broadStories(0, 100, 'world'))].sort()).toEqual(broad)
  })

  it('data of an older version keeps the lists that show each article, so that edits reach them', async () => {
    const { keys, migrate } = await wrote(fixture)
    const noted = fixture.keys.flatMap(({ key, value }) =>
      key.includes(':shown-by:') ? [[key.slice(key.lastIndexOf(':') + 1), (value as string[])[0] ?? ''] as const] : [],
    )
    await migrate.run()
    for (const [id, owner] of noted) expect(await redis.zscore(keys.relatedBackLinks(id), owner)).not.toBeNull()
    const old = (await redis.keys(`*${keys.prefix}:shown-by:*`)).filter(
      key => key !== keys.relatedBackLinks(key.slice(key.lastIndexOf(':') + 1)),
    )
    expect(old).toEqual([])
  })

  it('data of an older version is migrated once: a second or an interrupted run changes nothing more', async () => {
    const { keys, migrate } = await wrote(fixture)
    const planned = await migrate.plan()
    const before = await everything(keys.prefix)
    await migrate.plan()
    expect(await everything(keys.prefix)).toEqual(before)
    const { from, carried } = await migrate.run()
    expect(from).toBe(schemaBefore(fixture))
    expect(carried).toEqual(planned.carried)
    expect(await readSchema(redis, keys)).toBe(SCHEMA)
    const after = await everything(keys.prefix)
    await redis.set(keys.schema(), schemaBefore(fixture))
    const again = (await migrate.run()).carried.map(({ count }) => count)
    expect(again).toEqual(MIGRATIONS.slice(schemaBefore(fixture)).map(() => 0))
    expect(await everything(keys.prefix)).toEqual(after)
  })
})

const [oldest] = fixtures.filter(({ commit }) => commit === '918a49f') as [Fixture]

describe('the migration of data', () => {
  it('a migration is run once by two daemons that start together', async () => {
    const { keys, migrate } = await wrote(oldest)
    const other = createMigrate({ redis, keys, say: () => undefined })
    const [one, two] = await Promise.all([migrate.run(), other.run()])
    expect([...one.carried, ...two.carried].map(({ to }) => to).sort()).toEqual(MIGRATIONS.map(({ to }) => to))
  })

  it('a migration leaves its lock alone if another process took it over at the moment of release', async () => {
    const { keys } = await wrote(oldest)
    const mine = connect()
    const onlyStep = { ...(MIGRATIONS[0] as Migration), run: async () => 0 }
    const migrate = createMigrate({ redis: mine, keys, say: () => undefined, migrations: [onlyStep] })
    // The step ends with the version raised; what follows about the lock is its release.
    const isRaised = async () => (await redis.get(keys.schema())) === '1'
    takeOverAfterCommand(mine, redis, keys.schemaLock(), isRaised)
    await migrate.run()
    expect(await redis.get(keys.schemaLock())).toBe('another')
    mine.disconnect()
  })

  it('a migration resumes after a process died while rewriting the log of stories', async () => {
    const whole = await wrote(oldest)
    await whole.migrate.run()
    const { keys, migrate } = await wrote(oldest)
    await redis.set(keys.storyHashKey(), (await redis.get(whole.keys.storyHashKey())) ?? '')
    for (const [id, fields] of (await redis.xrange(whole.keys.storyLog(), '-', '+')).slice(0, 4))
      await redis.xadd(keys.storyLogNext(), id, ...fields)
    await migrate.run()
    expect(await redis.xrange(keys.storyLog(), '-', '+')).toEqual(await redis.xrange(whole.keys.storyLog(), '-', '+'))
    expect(await redis.exists(keys.storyLogNext())).toBe(0)
  })

  it('a migration waits for daemons of an older version to stop, and names those that do not', async () => {
    const { keys, migrate, said } = await wrote(oldest)
    await redis.hset(keys.daemon('old-1'), { id: 'old-1', beatAt: 1 })
    await expect(migrate.run()).rejects.toThrow(/stop old-1 first, then start again/)
    expect(said).toEqual(['waiting for daemons of an older version to end: old-1'])
    expect(await readSchema(redis, keys)).toBe(0)
    await redis.del(keys.daemon('old-1'))
    await migrate.run()
    expect(await readSchema(redis, keys)).toBe(SCHEMA)
  })

  it('a migration refuses data of a newer version, and changes nothing', async () => {
    const { keys, migrate } = await wrote(oldest)
    await redis.set(keys.schema(), SCHEMA + 1)
    const before = await everything(keys.prefix)
    await expect(migrate.run()).rejects.toThrow(
      `has schema ${SCHEMA + 1}, written by a newer newsdesk; this one knows up to ${SCHEMA}`,
    )
    await expect(checkSchema(redis, keys)).rejects.toThrow('Start the newer one')
    expect(await everything(keys.prefix)).toEqual(before)
  })

  it('a migration has nothing to do in an empty Redis', async () => {
    const keys = keysFor(`${mine.prefix}-${run++}`)
    expect(await createMigrate({ redis, keys, say: () => undefined }).run()).toEqual({ from: null, carried: [] })
    expect(await readSchema(redis, keys)).toBe(SCHEMA)
  })
})

describe('key names up to schema 5', () => {
  const latest = fixtures.find(fixture => schemaBefore(fixture) === 5) as Fixture
  const before = [...latest.keys, ...OLD_KEYS]
  const load = async (of: Redis) => {
    const keys = keysFor(`${mine.prefix}-${run++}`)
    await loadKeys(of, before, key => key.replace('newsdesk', keys.prefix))
    return keys
  }
  const stands = async (prefix: string) =>
    (await dumpKeys(redis, new RegExp(prefix))).map(({ lives, ...rest }) => ({
      ...rest,
      key: rest.key.replace(prefix, 'newsdesk'),
      expires: lives > 0,
    }))
  const wanted = before
    .map(asRenamed)
    .map(({ lives, ...rest }) => ({ ...rest, expires: lives > 0 }))
    .map(each => (each.key === '{newsdesk:schema}' ? { ...each, value: String(keyNames.to) } : each))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const upToThis = MIGRATIONS.filter(({ to }) => to <= keyNames.to)
  const migrateOver = (of: Redis, keys: Keys) =>
    createMigrate({ redis: of, keys, say: () => undefined, patience: 300, migrations: upToThis })

  it('key names up to schema 5 are replaced by the current ones, with contents and expiry kept', async () => {
    const keys = await load(redis)
    await migrateOver(redis, keys).run()
    const now = await stands(keys.prefix)
    expect(now.sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(wanted)
  })

  it('key names up to schema 5 are replaced by the current ones even if a process dies half-way and another starts over', async () => {
    for (const commands of [1, 5, 12, 25, 40]) {
      const keys = await load(redis)
      const doomed = connect()
      await doomed.ping()
      dieAfter(doomed, commands)
      await expect(keyNames.run({ redis: doomed, keys, onProgress: () => undefined }, false)).rejects.toThrow('killed')
      doomed.disconnect()
      await migrateOver(redis, keys).run()
      const now = await stands(keys.prefix)
      expect(now.sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(wanted)
    }
  })

  it('key names up to schema 5 that an older version wrote again are merged into the current ones', async () => {
    const keys = await load(redis)
    await redis.hset(keys.overrides(), 'block * b', '{}')
    await redis.zadd(keys.pendingDeletion(), 20, 'later', 5, 'gone')
    await redis.xadd(keys.overridesLog(), '5-1', 'did', 'placed', 'what', 'the same')
    await migrateOver(redis, keys).run()
    expect(Object.keys(await redis.hgetall(keys.overrides())).sort()).toEqual(['block * b', 'pin must-reads a'])
    expect(await redis.zrange(keys.pendingDeletion(), 0, '-1', 'WITHSCORES')).toEqual(['gone', '10', 'later', '20'])
    expect((await redis.xrange(keys.overridesLog(), '-', '+')).map(([id]) => id)).toEqual(['5-1', '6-0'])
  })
})

it('the schema of this version is the number of its migrations', () => {
  expect(SCHEMA).toBe(MIGRATIONS.length)
})
