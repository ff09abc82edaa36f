import pino from 'pino'
import { afterAll, expect, it } from 'vitest'
import { z } from 'zod'
import { createContainer } from '../../src/app/container.ts'
import { Settings } from '../../src/config/schema.ts'
import { Source } from '../../src/domain/source.ts'
import { openQueues } from '../../src/queues/queues.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { taxonomy } from '../support/daemon.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys, connect } = testRedis()
const queues = openQueues(connect(), keys)
afterAll(async () => {
  await Promise.all(Object.values(queues).map(queue => queue.close()))
})

const sources = z
  .array(Source)
  .parse([{ id: 'courier', name: 'Courier', url: 'https://courier.example/rss', section: 'world' }])

/** A process over the same Redis: the daemon and each command of the terminal make one. */
const aContainer = () =>
  createContainer({
    config: () => ({ settings: Settings.parse({}), sources, taxonomy, dir: 'config' }),
    ...{ redis, keys, queues, now: () => NOON },
    log: pino({ level: 'silent' }),
  })

it('two processes have one newsdesk: what one ingests, the other pins, explains and finds the lists of', async () => {
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
