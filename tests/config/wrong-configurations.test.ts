import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cronPattern } from '../../jobs/scheduler.ts'
import { settingPaths } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/problems.ts'
import { isTick } from '../../src/util/units.ts'
import { aFolder } from '../support/folder.ts'

const SOURCES =
  'sources:\n  - id: courier\n    name: Courier\n    url: https://courier.example/rss\n    section: world\n'
const SECTIONS = 'sections:\n  - id: world\n    labels: { en: World }\n'
const folder = aFolder('wrong')

/** A setting alone, as YAML. */
const yamlFor = (path: readonly string[], value: string): string =>
  `${path.map((key, depth) => `${'  '.repeat(depth)}${key}:`).join('\n')} ${value}\n`

/** Problems without the folder's name before them. */
const problemsOf = (
  settings: string,
  {
    sources = SOURCES,
    sections = SECTIONS,
    env = {},
  }: { sources?: string; sections?: string; env?: NodeJS.ProcessEnv } = {},
): string[] => {
  writeFileSync(join(folder, 'newsdesk.yaml'), settings)
  writeFileSync(join(folder, 'sources.yaml'), sources)
  writeFileSync(join(folder, 'sections.yaml'), sections)
  try {
    loadConfig(folder, env)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(problem => problem.replaceAll(`${folder}/`, ''))
  }
}

describe('an invalid configuration', () => {
  it.each([
    [
      'crawl: { tick: 7s }',
      'newsdesk.yaml:1:10 crawl.tick: is "7s"; must divide a minute, an hour or a day evenly: 1s, 5s, 10s, 30s, 1m, 5m, 1h or the like',
    ],
    [
      'lists: { refresh: 90s }',
      'newsdesk.yaml:1:10 lists.refresh: is "90s"; must divide a minute, an hour or a day evenly: 1s, 5s, 10s, 30s, 1m, 5m, 1h or the like',
    ],
    [
      'crawl: { tick: 500ms }',
      'newsdesk.yaml:1:10 crawl.tick: is "500ms"; must divide a minute, an hour or a day evenly: 1s, 5s, 10s, 30s, 1m, 5m, 1h or the like',
    ],
    [
      'crawl: { minInterval: 2h, maxInterval: 1h }',
      'newsdesk.yaml:1:10 crawl.minInterval: is "2h", longer than crawl.maxInterval (1h): the minimum exceeds the maximum; lower it, or raise crawl.maxInterval',
    ],
    [
      'crawl: { minInterval: 2d }',
      'newsdesk.yaml:1:10 crawl.minInterval: is "2d", longer than crawl.maxInterval (24h, its default): the minimum exceeds the maximum; lower it, or raise crawl.maxInterval',
    ],
    [
      'crawl: { maxInterval: 1m }',
      'newsdesk.yaml:1:10 crawl.maxInterval: is "1m", shorter than crawl.minInterval (2m, its default): the minimum exceeds the maximum; raise it, or lower crawl.minInterval',
    ],
    [
      'crawl: { minInterval: 0s }',
      'newsdesk.yaml:1:10 crawl.minInterval: is "0s"; must be 1s or longer, and 3650d at most',
    ],
    [
      'crawl: { maxBackoff: 1m }',
      'newsdesk.yaml:1:10 crawl.maxBackoff: is "1m", shorter than crawl.minInterval (2m, its default): failing sources would be fetched more often than working ones; raise it, or lower crawl.minInterval',
    ],
    [
      'crawl: { headersTimeout: 50s, totalTimeout: 20s }',
      'newsdesk.yaml:1:10 crawl.headersTimeout: is "50s", longer than crawl.totalTimeout (20s): the total timeout expires first; lower it, or raise crawl.totalTimeout',
    ],
    [
      'roles: []',
      'newsdesk.yaml:1:1 roles: is a list; must name one at least; allowed: scheduler, crawl, articles, publish, events, http, admin',
    ],
    [
      'roles: [crawler]',
      'newsdesk.yaml:1:9 roles[0]: is "crawler"; allowed: scheduler, crawl, articles, publish, events, http, admin',
    ],
    [
      'lists: { groups: { "A b": [courier] } }',
      'newsdesk.yaml:1:20 lists.groups."A b": no such key is allowed; a group is 1 to 32 of a-z, 0-9 and -, starting with a letter',
    ],
    [
      'redis: { url: "http://u:cabbage@host" }',
      'newsdesk.yaml:1:10 redis.url: is (not shown); must be one of: redis://user:secret@host:6379/0 (rediss:// with TLS); unix:/run/redis.sock; redis-cluster://user:secret@host:6379,host:6379 (rediss-cluster:// with TLS); redis-sentinel://user:secret@host:26379,host:26379/name (rediss-sentinel:// with TLS)',
    ],
    ['crawl: { totalTimeout: 30d }', 'newsdesk.yaml:1:10 crawl.totalTimeout: is "30d"; must be from 100ms to 1d'],
    ['crawl: { maxBody: 0B }', 'newsdesk.yaml:1:10 crawl.maxBody: is "0B"; must be 1KB or more'],
    ['crawl: { concurrency: 0 }', 'newsdesk.yaml:1:10 crawl.concurrency: is 0; must be 1 or more'],
    [
      'crawl: { userAgent: "news\\nX: y" }',
      'newsdesk.yaml:1:10 crawl.userAgent: is "news\\nX: y"; must be one line of Latin letters: it is sent in a header',
    ],
    [
      'crawl: { allow: [10.0.0.0/99] }',
      'newsdesk.yaml:1:10 crawl.allow: "10.0.0.0/99" is no address range: write it as 10.1.0.0/16 or fd00::/8',
    ],
    [
      'articles: { retention: 0d }',
      'newsdesk.yaml:1:13 articles.retention: is "0d"; must be 1h or longer, and 3650d at most',
    ],
    [
      'articles: { retention: 99999999d }',
      'newsdesk.yaml:1:13 articles.retention: is "99999999d"; must be 1h or longer, and 3650d at most',
    ],
    [
      'articles: { retention: 3d }',
      'newsdesk.yaml:1:13 articles.retention: is "3d", shorter than stories.window (7d, its default): new articles would be compared with evicted ones; raise it, or lower stories.window',
    ],
    [
      'stories: { window: 60d }',
      'newsdesk.yaml:1:12 stories.window: is "60d", longer than articles.retention (30d, its default): new articles would be compared with evicted ones; lower it, or raise articles.retention',
    ],
    [
      'lists: { ageWeek: 60d }',
      'newsdesk.yaml:1:10 lists.ageWeek: is "60d", longer than articles.retention (30d, its default): articles are evicted by then; lower it, or raise articles.retention',
    ],
    [
      'redis: { url: "unix:/run/redis.sock?password=cabbage" }',
      'newsdesk.yaml:1:10 redis.url: is (not shown); must be only a path after unix:, without user, password or parameters; if the Redis needs a password, use redis://user:secret@host:port/db',
    ],
    [
      'stories: { window: 1d, joinWithin: 2d }',
      'newsdesk.yaml:1:24 stories.joinWithin: is "2d", longer than stories.window (1d): its articles have left the window by then; lower it, or raise stories.window',
    ],
    ['articles: { memory: 1MB }', 'newsdesk.yaml:1:13 articles.memory: is "1MB"; must be 0B, or 16MB or more'],
    [
      'events: { halfLife: 0s }',
      'newsdesk.yaml:1:11 events.halfLife: is "0s"; must be 1s or longer, and 3650d at most',
    ],
    [
      'events: { claimAfter: 0s }',
      'newsdesk.yaml:1:11 events.claimAfter: is "0s": daemons would claim events that others are counting; must be 1s or longer',
    ],
    [
      'lists: { groups: { wire: [courier, couriers] } }',
      'newsdesk.yaml:1:36 lists.groups.wire.1: is "couriers", which is not a source in sources.yaml; did you mean courier?',
    ],
    ['lists: { languages: [de, de] }', 'newsdesk.yaml:1:10 lists.languages: names "de" twice; name each language once'],
    [
      'lists: { ageDay: 9d, ageWeek: 5d }',
      'newsdesk.yaml:1:10 lists.ageDay: is "9d", longer than lists.ageWeek (5d): lists of the week include those of the day; lower it, or raise lists.ageWeek',
    ],
    [
      'lists: { mustReadsHalfLife: 0h }',
      'newsdesk.yaml:1:10 lists.mustReadsHalfLife: is "0h"; must be 1s or longer, and 3650d at most',
    ],
    [
      'http: { port: 3220 }',
      'newsdesk.yaml:1:9 http.port: is 3220, as admin.port (3220, its default): two servers cannot listen on one port; choose another',
    ],
    [
      'http: { port: 8080, host: 0.0.0.0 }\nmetrics: { port: 8080, host: localhost }',
      'newsdesk.yaml:2:12 metrics.port: is 8080, as http.port (8080): two servers cannot listen on one port; choose another',
    ],
    [
      'admin: { host: "0.0.0.0:80" }',
      'newsdesk.yaml:1:10 admin.host: is "0.0.0.0:80"; must be a name or an IP address, such as 127.0.0.1 or ::, without a port',
    ],
    [
      'admin: { proxies: [somewhere] }',
      'newsdesk.yaml:1:20 admin.proxies[0]: is "somewhere"; must be an IP address or CIDR range, such as 10.1.0.0/16',
    ],
    [
      'admin: { userHeader: X-User }',
      'newsdesk.yaml:1:10 admin.userHeader: is "X-User" without admin.proxies: only listed proxies are trusted with a login header, so nobody could log in; list the addresses of your proxy',
    ],
    [
      'admin: { adminGroups: [editors] }',
      'newsdesk.yaml:1:10 admin.adminGroups: is a list without admin.groupsHeader: the groups of a user would be unknown',
    ],
    [
      'redis: { replicas: 1 }',
      'newsdesk.yaml:1:10 redis.replicas: is 1, but the Redis that newsdesk starts has no replicas, so no write would be confirmed; set redis.url, or use 0',
    ],
    [
      'redis: { url: "redis://cache", tlsCa: ca.pem }',
      'newsdesk.yaml:1:32 redis.tlsCa: is "ca.pem", but redis.url does not use TLS: write rediss://, rediss-cluster:// or rediss-sentinel://, or remove this key',
    ],
    [
      'redis: { url: "rediss://cache", tlsCert: c.pem }',
      'newsdesk.yaml:1:33 redis.tlsCert: is "c.pem" without redis.tlsKey: a client certificate needs its key',
    ],
    [
      'redis: { url: "redis://cache/nine" }',
      'newsdesk.yaml:1:10 redis.url: is (not shown); has no valid database number after the host; write it as in /0',
    ],
    [
      'push: { baseUrl: "https://:0" }',
      'newsdesk.yaml:1:9 push.baseUrl: is "https://:0"; must be an http or https URL, such as https://desk.example.org, or empty',
    ],
    ['shutdown: 60d', 'newsdesk.yaml:1:1 shutdown: is "60d"; must be from 0ms to 1d'],
  ])('the setting %s is refused with its place, its key and how to fix it', (settings, problem) => {
    expect(problemsOf(settings)).toEqual([problem])
  })

  it.each([
    [
      'its sections stand in each other',
      { sections: `${SECTIONS}    parent: asia\n  - id: asia\n    labels: { en: Asia }\n    parent: world\n` },
      [
        'sections.yaml:4:5 sections[0].parent: is "asia", which forms a cycle: world in asia in world',
        'sections.yaml:7:5 sections[1].parent: is "world", which forms a cycle: asia in world in asia',
      ],
    ],
    [
      'a section has a word of list names for its id',
      { sections: `${SECTIONS}  - id: group\n    labels: { en: Group }\n` },
      ['sections.yaml:4:5 sections[1].id: is "group", which is reserved for names of lists; choose another'],
    ],
    [
      'a source is polled without a pause',
      { sources: `${SOURCES}    interval: 0s\n` },
      ['sources.yaml:6:5 sources[0].interval: is "0s"; must be 1s or longer, and 3650d at most'],
    ],
    [
      'a variable is wrong',
      { env: { NEWSDESK_CRAWL_TICK: '7s' } },
      [
        'environment NEWSDESK_CRAWL_TICK: is "7s"; must divide a minute, an hour or a day evenly: 1s, 5s, 10s, 30s, 1m, 5m, 1h or the like',
      ],
    ],
    [
      'a variable contradicts a default',
      { env: { NEWSDESK_CRAWL_MIN_INTERVAL: '2d' } },
      [
        'environment NEWSDESK_CRAWL_MIN_INTERVAL: is "2d", longer than crawl.maxInterval (24h, its default): the minimum exceeds the maximum; lower it, or raise crawl.maxInterval',
      ],
    ],
    [
      'a part of a variable is wrong',
      { env: { NEWSDESK_CRAWL_PORTS: '80,99999' } },
      ['environment NEWSDESK_CRAWL_PORTS: is "80,99999"; must be 65535 at most'],
    ],
    [
      'an entry of a variable is wrong',
      { env: { NEWSDESK_CRAWL_DOMAINS: '{"a b": {}}' } },
      ['environment NEWSDESK_CRAWL_DOMAINS: is "{\\"a b\\": {}}"; must be a domain, such as example.org'],
    ],
  ] as const)('a configuration where %s is refused', (_, files, problems) => {
    expect(problemsOf('', files)).toEqual(problems)
  })

  it('an invalid configuration is reported in full: mistakes of every kind, in the file and in variables, at their own lines', () => {
    const told = problemsOf('crawl:\n  tick: 7s\n  minInterval: 2d\narticles: { retention: 1d }\nhttp: [\n', {
      sources: `${SOURCES.replace('https:', 'htp:')}  - id: courier2\n    name: B\n    url: https://b.example/\n    section: asia\n`,
      env: { NEWSDESK_ADMIN_PORT: 'many' },
    })
    // What is no YAML has no keys; all else is looked at.
    expect(told.map(line => line.split(': ')[0]?.replace(/^newsdesk\.yaml:.*/, 'newsdesk.yaml'))).toEqual([
      'newsdesk.yaml',
      'environment NEWSDESK_ADMIN_PORT',
      'sources.yaml:4:5 sources[0].url',
      'sources.yaml:9:5 sources[1].section',
    ])
    expect(
      problemsOf('crawl:\n  tick: 7s\n  minInterval: 2d\narticles: { retention: 1d }\n').map(
        line => line.split(': ')[0],
      ),
    ).toEqual([
      'newsdesk.yaml:2:3 crawl.tick',
      'newsdesk.yaml:3:3 crawl.minInterval',
      'newsdesk.yaml:4:13 articles.retention',
    ])
  })

  it('an invalid configuration is reported with malformed address ranges, and malformed ids, addresses and sections of sources', () => {
    const twice = SOURCES.split('\n').slice(1).join('\n')
    const told = problemsOf('crawl: { allow: [10.0.0.0/99], tick: 7s }\n', {
      sources: `${SOURCES}${twice}    weight: 11\n${twice.replace('section: world', 'section: asia')}    weight: no\n`,
    })
    expect(told.map(line => line.split(': ')[0])).toEqual([
      'newsdesk.yaml:1:32 crawl.tick',
      'newsdesk.yaml:1:10 crawl.allow',
      'sources.yaml:10:5 sources[1].weight',
      'sources.yaml:15:5 sources[2].weight',
      ...Array(4).fill(expect.stringMatching(/^sources.yaml:\d+:\d+ sources\[[12]\]\.(id|url)$/)),
      'sources.yaml:14:5 sources[2].section',
    ])
  })

  it('an invalid configuration is reported in plain words, for any key with a list, a mapping, nothing or a wrong number as value', () => {
    for (const { path } of settingPaths())
      for (const value of [
        '[]',
        '[[]]',
        '[1, "", {}]',
        '{ "A b": [] }',
        '{ a: {} }',
        '',
        '-1',
        '1.5',
        '1e300',
        '" "',
        'true',
      ])
        for (const line of problemsOf(yamlFor(path, value)))
          expect([path.join('.'), value, line]).toEqual([
            path.join('.'),
            value,
            expect.not.stringMatching(
              /Invalid (input|key|string|option)|Too (small|big)|expected .* (to|received)|[<>]=/,
            ),
          ])
  })

  it('a value that has no effect because of a default is noted, not refused, with the key to change', () => {
    const notesOf = (settings: string) => {
      expect(problemsOf(settings)).toEqual([])
      return loadConfig(folder, {}).notes?.map(note => note.replaceAll(`${folder}/`, ''))
    }
    expect(notesOf('crawl: { minInterval: 1h }')).toEqual([
      'newsdesk.yaml:1:10 crawl.minInterval: is "1h", longer than crawl.startInterval (15m, its default): sources not known yet are fetched no sooner either; lower it, or raise crawl.startInterval',
    ])
    expect(notesOf('crawl: { maxInterval: 5m }')).toEqual([expect.stringContaining('lower crawl.startInterval')])
    expect(notesOf('')).toEqual([])
  })

  it('a configuration is valid if values have no effect because of a default, or if two servers use one port on separate hosts', () => {
    expect(problemsOf('lists: { ageWeek: 2d }\ncrawl: { totalTimeout: 10s }\n')).toEqual([])
    expect(problemsOf('roles: [http]\nhttp: { port: 3220 }\n')).toEqual([])
    expect(problemsOf('admin: { port: 8080, host: 127.0.0.1 }\nhttp: { port: 8080, host: 127.0.0.2 }\n')).toEqual([])
  })
})

describe('a tick interval', () => {
  it('a tick interval is accepted only if the schedule can express it as a cron pattern', () => {
    for (const ms of [...Array(130).keys()].flatMap(n => [n * 1_000, n * 60_000, n * 3_600_000, n * 250])) {
      let strikes = true
      try {
        cronPattern(ms)
      } catch {
        // No pattern is found.
        strikes = false
      }
      expect([ms, isTick(ms)]).toEqual([ms, strikes])
    }
  })
})

describe('a password in an invalid configuration', () => {
  /** Parts of four letters and more, with one that no message has of itself: none of them may be told. */
  const partsOf = (secret: string): string[] =>
    Array.from({ length: Math.max(0, secret.length - 3) }, (_, at) => secret.slice(at, at + 4)).filter(part =>
      /[ØÆÅßþ]/.test(part),
    )
  // Letters that no message has, among all marks that end a part of a URL or of YAML.
  const secret = fc.string({ unit: fc.constantFrom(...'ØÆÅßþ/@:#?%&*!|>[]{}\'"\\ =~^'), minLength: 6, maxLength: 24 })

  it.each([
    [
      'redis.url',
      (word: string) => `redis: { url: ${JSON.stringify(`redis://desk:${word}@cache:6379/0`)}, prefix: '#' }`,
    ],
    [
      'redis.url of a cluster',
      (word: string) => `redis: { url: ${JSON.stringify(`redis-cluster://:${word}@a:1,b:2`)}, prefix: '#' }`,
    ],
    ['redis.url without a host', (word: string) => `redis: { url: ${JSON.stringify(`redis://:${word}`)} }`],
    ['redis itself', (word: string) => `redis: ${JSON.stringify(`redis://:${word}@cache`)}`],
    ['redis.sentinelPassword', (word: string) => `redis: { sentinelPassword: ${JSON.stringify(word)} }`],
    ['admin.password, in a list', (word: string) => `admin: { password: [${JSON.stringify(word)}] }`],
    ['admin, in a list', (word: string) => `admin: [{ password: ${JSON.stringify(word)} }]`],
    ['admin.password, unquoted', (word: string) => `admin:\n  password: ${word}\n  port: none\n`],
    ['tracing.endpoint', (word: string) => `tracing: { endpoint: ${JSON.stringify(`htp://u:${word}@host/`)} }`],
    ['push.baseUrl', (word: string) => `push: { baseUrl: ${JSON.stringify(`htp://u:${word}@host/`)} }`],
  ])('a password under %s is told in no part where the configuration is wrong', (_, settings) => {
    fc.assert(
      fc.property(secret, word => {
        const told = problemsOf(settings(word)).join('\n')
        expect(partsOf(word).filter(part => told.includes(part))).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  it('a password in the address of a source or in a variable never appears in the error about it', () => {
    fc.assert(
      fc.property(secret, word => {
        const url = JSON.stringify(`htp://u:${word}@courier.example/rss`)
        const told = [
          ...problemsOf('', { sources: SOURCES.replace('https://courier.example/rss', url) }),
          ...problemsOf('', { sources: `sources: [${url}]\n` }),
          ...problemsOf('', { env: { NEWSDESK_REDIS_URL: `redis://:${word}@h ost`, NEWSDESK_ADMIN_PORT: 'x' } }),
        ].join('\n')
        expect(told).not.toBe('')
        expect(partsOf(word).filter(part => told.includes(part))).toEqual([])
      }),
      { numRuns: 40 },
    )
  })
})
