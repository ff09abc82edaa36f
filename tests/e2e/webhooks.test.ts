import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { Webhook as Verifier } from 'standardwebhooks'
import { describe, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import { failedCommand, listCommand, replayCommand, testCommand } from '../../src/cli/actions/webhooks.ts'
import { aConfigFolder, redisUrl } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { rss, serve } from '../support/http.ts'
import { until } from '../support/until.ts'

const SECRET = `whsec_${randomBytes(32).toString('base64')}`
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

const bank = { title: 'Central bank of Varland keeps its rate', path: 'bank', published: minutesAgo(40) }
const mahler = { title: 'Orchestra plays Mahler in the stadium', path: 'mahler', published: minutesAgo(50) }
const ferry = { title: 'Ferry to the Skerries sails again', path: 'ferry', published: minutesAgo(45) }
const storm = {
  courier: {
    title: 'Storm Odile floods harbour of Port Ellin',
    text: 'Storm Odile pushed the sea over the harbour wall of Port Ellin on Monday, flooding two hundred homes.',
    path: 'storm-odile',
    published: minutesAgo(30),
  },
  gazette: {
    title: 'Two hundred homes flooded as Storm Odile hits Port Ellin',
    text: 'Families were taken from their homes in Port Ellin after Storm Odile broke the harbour wall.',
    path: 'two-hundred-homes',
    published: minutesAgo(25),
  },
}

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly json: { type: string; timestamp: string; data: Record<string, unknown>; text?: string }
}

/** A site that is told, and answers as it is told to. */
const aReceiver = async () => {
  const received: Received[] = []
  const state = { answer: (_: Received): number => 204 }
  const { url } = await serve(async (request, response) => {
    const body = await text(request)
    const one = { headers: request.headers, body, json: JSON.parse(body) }
    received.push(one)
    response.writeHead(state.answer(one)).end()
  })
  return { url, received, state, ofType: (type: string) => received.filter(({ json }) => json.type === type) }
}

describe('webhooks', () => {
  it('webhooks are told of articles, lists, stories and sources: signed, again where they failed, and at last by hand', async () => {
    const courier = await aFeed([bank])
    const gazette = await aFeed([mahler], 'https://gazette.example')
    const broken = { now: false }
    const pier = await serve((_, response) =>
      response.writeHead(broken.now ? 500 : 200).end(rss([ferry], 'https://pier.example')),
    )
    const [site, gone, channel] = await Promise.all([aReceiver(), aReceiver(), aReceiver()])
    gone.state.answer = () => 410
    let refused = ''
    site.state.answer = ({ headers, json }) => {
      if (json.type !== 'article.published' || (refused !== '' && headers['webhook-id'] !== refused)) return 204
      const isFirst = refused === ''
      refused = String(headers['webhook-id'])
      return isFirst ? 500 : 204
    }
    const webhooks = {
      site: {
        ...{ url: site.url, secret: SECRET, lists: ['latest'], every: '1s', articles: ['published', 'changed'] },
        ...{ stories: { publishers: 2, within: '7d' }, sources: ['failing'] },
      },
      gone: { url: gone.url, secret: SECRET, articles: ['published'] },
      channel: { url: channel.url, format: 'slack', articles: ['published'] },
    }
    const source = (id: string, url: string) => ({ id, name: `The ${id}`, url: `${url}/rss`, section: 'world' })
    const desk = testDaemon({
      sources: [source('courier', courier.url), source('gazette', gazette.url), source('pier', pier.url)],
      settings: { webhooks },
    })
    await desk.start()
    const { redis, keys } = desk
    await until(
      () => redis.hlen(keys.webhookCursors()),
      fields => fields === 2,
    )
    await until(
      () => redis.hget(keys.webhookSources(), 'pier'),
      state => state === 'fresh',
    )
    await until(
      () => desk.list('latest'),
      list => list.length === 3,
    )

    courier.state.items = [storm.courier, bank]
    gazette.state.items = [storm.gazette, mahler]
    broken.now = true

    // Articles: the first message was refused, and comes again under the same id.
    const told = await until(
      () => site.ofType('article.published').flatMap(({ json }) => json.data.articles as { title: string }[]),
      articles => [storm.courier, storm.gazette].every(({ title }) => articles.some(each => each.title === title)),
    )
    expect(told[0]).toMatchObject({ section: 'world', publishedAt: expect.stringMatching(/Z$/) })
    const again = await until(
      () => site.received.filter(({ headers }) => headers['webhook-id'] === refused),
      attempts => attempts.length === 2,
    )
    expect(again[0]?.body).toBe(again[1]?.body)
    for (const { headers, body } of site.received)
      expect(() => new Verifier(SECRET).verify(body, headers as Record<string, string>)).not.toThrow()

    // Lists: what entered, in the end all of the list.
    await until(
      () => site.ofType('list.changed').flatMap(({ json }) => json.data.entered as { title: string }[]),
      entered => entered.some(({ title }) => title === storm.courier.title || title === storm.gazette.title),
    )
    // Stories: once, however often it is looked at.
    const grown = await until(
      () => site.ofType('story.grew'),
      messages => messages.length > 0,
    )
    expect(grown[0]?.json.data).toMatchObject({ publishers: 2, lead: { title: expect.stringMatching(/Odile/) } })
    // Sources: when they have failed for a while.
    const sources = await until(
      () => site.ofType('source.changed'),
      messages => messages.length > 0,
    )
    expect(sources[0]?.json.data.sources).toEqual([
      { id: 'pier', name: 'The pier', was: expect.any(String), is: 'failing', reason: expect.any(String) },
    ])
    expect(site.ofType('story.grew')).toHaveLength(1)

    await until(
      () => channel.received.map(({ json }) => json.text ?? ''),
      texts => texts.some(each => /• <https:\/\/courier\.example\/storm-odile\|Storm Odile floods.*>/.test(each)),
    )
    expect(channel.received[0]?.headers['webhook-signature']).toBeUndefined()

    // What a receiver that is gone did not get is kept, and delivered when somebody says so.
    const said = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const complained = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { dir, write } = aConfigFolder({
      settings: stringify({
        redis: { prefix: keys.prefix, url: redisUrl() },
        crawl: { allow: ['127.0.0.0/8'] },
        webhooks,
      }),
    })
    write('sections.yaml', readFileSync('config/sections.yaml', 'utf8'))
    const failed = async (): Promise<{ id: string; webhook: string; reason: string }[]> => {
      said.mockClear()
      await failedCommand(dir, 'gone', true)
      return JSON.parse(String(said.mock.calls[0]?.[0]))
    }
    const [letter] = await until(failed, letters => letters.length > 0)
    expect(letter).toMatchObject({ webhook: 'gone', reason: expect.stringMatching(/answered 410/) })
    const before = gone.received.length
    gone.state.answer = () => 200
    expect(await replayCommand(dir, [letter?.id ?? '', 'msg_none'], false)).toBe(1)
    expect(complained).toHaveBeenCalledWith('msg_none is not among the failed messages.')
    await until(
      () => gone.received.length,
      count => count > before,
    )
    expect(gone.received.at(-1)?.headers['webhook-id']).toBe(letter?.id)
    await until(failed, letters => letters.every(({ id }) => id !== letter?.id))

    said.mockClear()
    expect(await listCommand(dir, true)).toBe(0)
    expect(JSON.parse(String(said.mock.calls[0]?.[0]))).toEqual([
      expect.objectContaining({ name: 'site', told: expect.stringMatching(/^lists latest; articles/) }),
      expect.objectContaining({ name: 'gone', told: 'articles published' }),
      expect.objectContaining({ name: 'channel', format: 'slack' }),
    ])
    expect(await testCommand(dir, 'site')).toBe(0)
    expect(site.ofType('webhook.test')).toHaveLength(1)
    gone.state.answer = () => 503
    expect(await testCommand(dir, 'gone')).toBe(1)
    expect(complained).toHaveBeenLastCalledWith(expect.stringMatching(/^Not accepted: answered 503/))
    expect(await testCommand(dir, 'none')).toBe(2)
  })
})
