/** Every key of a daemon that has lived, held to the schemas that ship, and to the names in src/redis/keys.ts. */

import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { describe, expect, it, vi } from 'vitest'
import { addOverrideCommand, mergeCommand, removeOverrideCommand, splitCommand } from '../../src/cli/actions/editing.ts'
import { createClient } from '../../src/client/index.ts'
import { createReplay } from '../../src/events/replay.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { scanKeys } from '../../src/redis/scan.ts'
import { aConfigFolder, redisUrl } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { until } from '../support/until.ts'

const ajv = new Ajv2020({ strict: false, validateFormats: false })
const schemaOf = (name: string) => JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8')) as object
const validator = (name: string): ValidateFunction => ajv.compile(schemaOf(name))

/** Names of fields that a schema tells of, wherever in it. */
const fieldsOf = (schema: unknown): Set<string> => {
  const { properties = {}, anyOf = [] } = schema as { properties?: object; anyOf?: unknown[] }
  return new Set([...Object.keys(properties), ...anyOf.flatMap(each => [...fieldsOf(each)])])
}

const pairs = (flat: readonly string[]): Record<string, string> =>
  Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : [])))

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const storm = (title: string, path: string, minutes: number) => ({
  ...{ title, path, published: minutesAgo(minutes) },
  text: 'Storm Odile pushed the sea over the harbour wall of Port Ellin on Monday, flooding two hundred homes.',
})
const apart = [
  { title: 'Orchestra plays Mahler in the stadium', path: 'mahler', published: minutesAgo(50), category: 'Culture' },
  { title: 'Volcano wakes beneath glacier', path: 'volcano', published: minutesAgo(60), category: 'Science' },
  { title: 'Bakers strike over flour prices', path: 'bakers', published: minutesAgo(70), category: 'Business' },
  { title: 'Chess champion resigns title', path: 'chess', published: minutesAgo(80) },
]

/** Names of keys as patterns: each builder called without names, and with such as stand for any. */
const patterns = (prefix: string): RegExp[] => {
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const { prefix: _, relatedBackLinksSlot: __, bull, ...builders } = keysFor(prefix)
  const keys = Object.values(builders).flatMap(build =>
    // Where a name ends says in which of four slots its key lies.
    ['', '\u0001', '\u0002', '\u0003', '\u0004'].map(any =>
      (build as (...names: (string | undefined)[]) => string)(...(any ? [any, any, any] : [''])),
    ),
  )
  return [`${bull()}:\u0001`, ...keys]
    .filter(key => key !== '')
    .map(key => new RegExp(`^${literal(key).replaceAll(/[\u0001-\u0004]|NaN/g, '.+')}$`))
}

describe('a newsdesk with data of every kind', () => {
  it('a newsdesk with data of every kind publishes only values that its schemas accept, and no undocumented field', {
    timeout: 300_000,
  }, async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const slow = { timeout: 90_000, every: 100 }
    const courier = await aFeed([storm('Storm Odile floods harbour of Port Ellin', 'storm', 30), ...apart])
    const gazette = await aFeed(
      [storm('Two hundred homes flooded as Storm Odile hits Port Ellin', 'homes', 25)],
      'https://gazette.example',
    )
    const source = (id: string, url: string) => ({ id, name: id, url: `${url}/rss`, section: 'world' })
    const desk = testDaemon({
      sources: [source('courier', courier.url), source('gazette', gazette.url)],
      settings: {
        lists: {
          minVisitors: 1,
          minEntries: 3,
          relatedMinEntries: 3,
          refresh: '1s',
          languages: ['en'],
          groups: { papers: ['courier'] },
        },
      },
    })
    await desk.start()
    const { redis, keys } = desk
    const client = createClient(redis, { prefix: keys.prefix })
    const { dir, write } = aConfigFolder({ settings: `redis: { prefix: ${keys.prefix}, url: '${redisUrl()}' }\n` })
    write('sections.yaml', readFileSync('config/sections.yaml', 'utf8'))
    const latest = async () =>
      (await desk.list('latest')) as unknown as { id: string; title: string; story: { id: string; articles: number } }[]

    const before = await until(
      latest,
      list => list.length === 5 && list.some(({ story }) => story.articles === 2),
      slow,
    )
    const idOf = (word: string) => before.find(({ title }) => title.includes(word))?.id ?? ''
    const storyOf = (word: string) => before.find(({ title }) => title.includes(word))?.story.id ?? ''
    // Read, shared and commented on, with every field; some of it refused.
    await client.events.report([
      ...before.flatMap(({ id }, at) => [
        { kind: 'view' as const, article: id, visitor: `v${at}`, seconds: 12, id: `e${at}`, network: 'n' },
        { kind: 'share' as const, article: id, visitor: `v${at}` },
        { kind: 'comment' as const, article: id, visitor: `v${at}` },
      ]),
      { kind: 'view', article: idOf('Chess'), ua: 'Googlebot' },
      { kind: 'view', article: 'https://nobody.example/' },
    ])
    await until(
      () => redis.hget(keys.article(idOf('Chess')), 'seconds'),
      seconds => seconds === '12',
      slow,
    )
    await createReplay({
      ...{ redis, keys, now: Date.now, onProgress: () => undefined },
      archive: { resolve: async ids => ids },
      settings: () => desk.config.settings.events,
    }).run({ from: Date.now() - 3_600_000, totals: true })
    // Edited, moved, merged, split, blocked, pinned, and one on its way out.
    courier.state.items = [
      storm('Storm Odile floods harbour of Port Ellin', 'storm', 30),
      ...apart.map(item => (item.path === 'chess' ? { ...item, title: 'Chess champion resigns his title' } : item)),
    ]
    await until(latest, list => list.some(({ title }) => title.includes('his title')), slow)
    expect(await mergeCommand(dir, storyOf('Volcano'), storyOf('Mahler'))).toBe(0)
    expect(await mergeCommand(dir, storyOf('Mahler'), storyOf('Odile'))).toBe(0)
    expect(await splitCommand(dir, [idOf('Volcano')])).toBe(0)
    expect(await addOverrideCommand(dir, 'block', idOf('Bakers'), { reason: 'legal' })).toBe(0)
    expect(await addOverrideCommand(dir, 'block', storyOf('Odile'), {})).toBe(0)
    expect(await addOverrideCommand(dir, 'pin', idOf('Chess'), {})).toBe(0)
    expect(await removeOverrideCommand(dir, 'block', storyOf('Odile'), {})).toBe(0)
    await redis.pexpire(keys.article(idOf('Mahler')), 60_000)
    await until(latest, list => !list.some(({ title }) => /Bakers/.test(title)), slow)

    const wrong: string[] = []
    const seen = new Map<string, number>()
    const names = ['entry', 'article', 'story', 'event', 'update', 'list-meta', 'sections'] as const
    const schemas = Object.fromEntries(
      names.map(name => [name, { validate: validator(name), fields: fieldsOf(schemaOf(name)) }]),
    ) as Record<(typeof names)[number], { validate: ValidateFunction; fields: Set<string> }> // one each
    const hold = (name: (typeof names)[number], value: object, at: string) => {
      seen.set(name, (seen.get(name) ?? 0) + 1)
      const { validate, fields } = schemas[name]
      if (!validate(value)) wrong.push(`${at}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`)
      for (const field of Object.keys(value)) if (!fields.has(field)) wrong.push(`${at}: no schema tells of ${field}`)
    }
    const own = patterns(keys.prefix)
    for await (const page of scanKeys(redis, `*${keys.prefix}*`))
      for (const key of page) {
        if (!own.some(pattern => pattern.test(key))) wrong.push(`${key} is unknown to src/redis/keys.ts`)
        if (key.startsWith(keys.list('')))
          for (const json of await redis.lrange(key, 0, -1)) hold('entry', JSON.parse(json), key)
        else if (key.startsWith(keys.article(''))) hold('article', await redis.hgetall(key), key)
        else if (key.startsWith(keys.story(''))) hold('story', await redis.hgetall(key), key)
        else if (key.startsWith(`{${keys.list('')}`) && key.endsWith(':meta'))
          hold('list-meta', await redis.hgetall(key), key)
        else if (key === keys.sections()) hold('sections', JSON.parse((await redis.get(key)) ?? ''), key)
        else if (key === keys.updates() || key === keys.events())
          for (const [id, flat] of await redis.xrange(key, '-', '+'))
            hold(key === keys.events() ? 'event' : 'update', pairs(flat), `${key} ${id}`)
      }
    expect(wrong).toEqual([])
    expect([...seen.keys()].sort()).toEqual([...names].sort())
    // All that was to happen did: the fields that tell of it stand somewhere.
    const fields = new Set<string>()
    for (const prefix of [keys.article(''), keys.story('')])
      for await (const page of scanKeys(redis, `${prefix}*`))
        for (const key of page) for (const field of await redis.hkeys(key)) fields.add(field)
    for (const field of ['seconds', 'countsVersion', 'into', 'withheld', 'blocked', 'readAt'])
      expect([...fields]).toContain(field)
  })

  it('the schemas for readers accept unknown fields, so that the contract may gain fields within its version', () => {
    for (const name of ['entry', 'article', 'story', 'event', 'update', 'list-meta', 'sections'])
      expect(JSON.stringify(schemaOf(name))).not.toContain('"additionalProperties":false')
  })
})
