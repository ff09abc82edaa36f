import pino from 'pino'
import { afterAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type ContainerParts, createContainer } from '../../src/app/container.ts'
import { Settings } from '../../src/config/schema.ts'
import { Source, type SourceId } from '../../src/domain/source.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'
import { taxonomy } from '../support/taxonomy.ts'

const { redis, keys, connect } = testRedis()
const queues = openQueues(connect(), keys)
afterAll(async () => {
  await Promise.all(Object.values(queues).map(queue => queue.close()))
})

const sources = z
  .array(Source)
  .parse([{ id: 'courier', name: 'Courier', url: 'https://courier.example/rss', section: 'world' }])

/** A process over the same Redis: the daemon and each command of the terminal make one. */
const aContainer = (some: Partial<ContainerParts> = {}) =>
  createContainer({
    config: () => ({ settings: Settings.parse({}), sources, taxonomy, dir: 'config' }),
    ...{ redis, keys, queues: async () => queues, now: () => NOON },
    log: pino({ level: 'silent' }),
    ...some,
  })

it('two processes on one Redis share their state: articles ingested by one are read and pinned by the other', async () => {
  const [daemon, command] = [aContainer(), aContainer()]
  await daemon.catalogue.refresh()
  const article = anArticle()
  await daemon.articleStore.ingest([{ article, decision: newIn('bridge') }], NOON)

  expect((await command.articleStore.articles([article.id]))[0]).toMatchObject({ title: 'Harbour bridge reopens' })
  const placed = await command.edits.addOverride({
    ...{ kind: 'pin', what: article.id, list: 'must-reads', place: 1, lasts: 60_000, by: 'ada', why: 'big' },
  })
  expect(placed.kind).toBe('done')
  expect(await daemon.lists.editors.inForce(NOON)).toMatchObject([{ what: article.id, list: 'must-reads', by: 'ada' }])
  const waiting = await queues.publish.getJobs(['waiting', 'prioritized', 'delayed'])
  expect(waiting.length).toBeGreaterThan(0)
})

it('a process uses the current configuration after a reload, without its modules being created again', async () => {
  const config = { settings: Settings.parse({}), sources, taxonomy, dir: 'config' }
  const daemon = aContainer({ config: () => config })
  await daemon.catalogue.refresh()
  expect(daemon.sources.get('herald')).toBeUndefined()
  const herald = Source.parse({ id: 'herald', name: 'Herald', url: 'https://herald.example/rss', section: 'world' })
  config.sources = [...sources, herald]
  config.settings = Settings.parse({ lists: { groups: { wire: ['herald'] } } })
  await daemon.catalogue.refresh()
  expect(daemon.sources.get('herald')).toMatchObject({ name: 'Herald' })
  expect(daemon.lists.publisher.names()).toContain('latest:group:wire')
})

it('a process that cannot post to hubs subscribes to none, and records that only a running daemon can', async () => {
  const { push } = aContainer({
    config: () => ({
      ...{ settings: Settings.parse({ push: { baseUrl: 'https://desk.example' } }), sources, taxonomy, dir: 'config' },
    }),
  })
  const [courier] = sources
  await push.offered(courier?.id as SourceId, { hub: 'https://hub.example/', topic: 'https://courier.example/rss' }) // the only source
  const tokens = await push.claimDue(10)
  expect(tokens).toHaveLength(1)
  await push.attend(tokens[0] ?? '')
  expect(await redis.hgetall(keys.subscription(tokens[0] ?? ''))).toMatchObject({
    reason: expect.stringContaining('only a running daemon posts to https://hub.example/'),
  })
})
