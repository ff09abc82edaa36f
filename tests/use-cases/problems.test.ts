import { describe, expect, it } from 'vitest'
import { Source } from '../../src/domain/source.ts'
import { type CheckedSource, type CheckedStatus, findHealth, findProblems } from '../../src/use-cases/problems.ts'

const sources = (count: number, some: { failing?: number; late?: number } = {}): CheckedSource[] =>
  Array.from({ length: count }, (_, index) => ({
    source: Source.parse({ id: `s${index}`, name: 'S', url: 'https://example.org/rss', section: 'world' }),
    late: index < (some.late ?? 0) ? 1_000 : 0,
    state: {
      status: index < (some.failing ?? 0) ? ('failing' as const) : ('fresh' as const),
      ...{ stalledSince: null, lastError: null, refusals: null },
      places: { held: null } as CheckedSource['state']['places'], // the rest is not read
    },
  }))

const ROLES = ['scheduler', 'crawl', 'articles', 'publish', 'events']

const aStatus = (some: Partial<CheckedStatus> = {}): CheckedStatus => ({
  daemons: [{ id: 'a', roles: ROLES, beatAt: 0, version: '0.1.0', startedAt: 0, rejectedConfig: null }],
  queues: { crawl: {}, articles: {}, publish: {}, push: {} },
  pausedQueues: [],
  delayedBeyondDay: {},
  articles: { isShort: false } as CheckedStatus['articles'], // the rest is not read
  events: { waiting: 0, since: null, refused: {} },
  redis: { version: '7.0.0', memory: 1, limit: 0, policy: 'noeviction', wantedReplicas: 0, replicas: 0, rejects: null },
  ...{ storyShares: [], isNetworkDown: false, missing: [] },
  ...some,
})

const healthOf = (some: { sources?: CheckedSource[]; status?: Partial<CheckedStatus> }) =>
  findHealth(findProblems(some.sources ?? sources(50), aStatus(some.status)))

describe('the health of newsdesk', () => {
  it.each([
    ['ok', 'one of 50 sources fails', { sources: sources(50, { failing: 1 }) }],
    ['ok', 'three tenths of the sources fail', { sources: sources(50, { failing: 15 }) }],
    ['warning', 'more than three tenths of the sources fail', { sources: sources(50, { failing: 16 }) }],
    ['critical', 'more than half of the sources fail', { sources: sources(50, { failing: 26 }) }],
    ['ok', 'a tenth of the sources is late', { sources: sources(50, { late: 5 }) }],
    ['warning', 'more than a tenth of the sources is late', { sources: sources(50, { late: 6 }) }],
    ['critical', 'more than half of the sources is late', { sources: sources(50, { late: 26 }) }],
    ['warning', 'a job is delayed for more than a day', { status: { delayedBeyondDay: { crawl: 1 } } }],
    ['warning', 'a queue is paused', { status: { pausedQueues: ['crawl'] } }],
    [
      'warning',
      'Redis uses more than 85 % of its memory',
      { status: { redis: { ...aStatus().redis, memory: 86, limit: 100 } } },
    ],
    ['critical', 'Redis rejects writes', { status: { redis: { ...aStatus().redis, rejects: 'OOM' }, daemons: [] } }],
    [
      'critical',
      'Redis has fewer replicas than must confirm a write',
      { status: { redis: { ...aStatus().redis, wantedReplicas: 1 } } },
    ],
    [
      'warning',
      'a daemon was told to reload a wrong configuration',
      { status: { daemons: aStatus().daemons.map(each => ({ ...each, rejectedConfig: 'rolls: no such key' })) } },
    ],
    ['critical', 'Redis evicts keys', { status: { redis: { ...aStatus().redis, policy: 'allkeys-lru' } } }],
    ['critical', 'no daemon runs', { status: { daemons: [] } }],
    [
      'critical',
      'a role is missing',
      {
        status: {
          daemons: [
            { id: 'a', roles: ROLES.slice(1), beatAt: 0, version: '0.1.0', startedAt: 0, rejectedConfig: null },
          ],
        },
      },
    ],
    ['critical', 'our own network is down', { status: { isNetworkDown: true } }],
    ['warning', 'no source is configured', { sources: [] }],
    ['ok', 'nothing is wrong', {}],
  ] as const)('the health of newsdesk is %s if %s', (wanted, _, some) => {
    expect(healthOf(some as Parameters<typeof healthOf>[0])).toBe(wanted)
  })

  it('without any source that is polled, what is wrong is said with what to do', () => {
    expect(findProblems([], aStatus()).map(({ text }) => text)).toEqual([
      expect.stringMatching(/^nothing is configured: .*`newsdesk sources add <address>` adds one/),
    ])
    const paused = sources(3).map(each => ({ ...each, source: { ...each.source, enabled: false } }))
    expect(findProblems(paused, aStatus()).map(({ text }) => text)).toEqual([
      expect.stringMatching(/^all sources \(3\) are paused, so nothing is fetched: `newsdesk sources resume <id>`/),
    ])
    const [first, ...others] = paused
    expect(
      findProblems([{ ...first, source: { ...sources(1)[0]?.source } } as CheckedSource, ...others], aStatus()),
    ).toEqual([])
  })

  it('a queue that prioritised jobs wait in, and whose role no daemon has, is told of with their number', () => {
    const roles = ROLES.filter(role => role !== 'crawl')
    const problems = findProblems(
      sources(1),
      aStatus({
        daemons: [{ id: 'a', roles, beatAt: 0, version: '0.1.0', startedAt: 0, rejectedConfig: null }],
        queues: { crawl: { waiting: 2, prioritized: 3 }, push: {} },
      }),
    )
    expect(problems.map(({ text }) => text)).toEqual([
      'no daemon has the roles crawl',
      'the queue crawl has no worker, 5 jobs wait in it: start a daemon with the role crawl',
    ])
  })
})
