import { describe, expect, it } from 'vitest'
import { NOON } from '../support/articles.ts'
import { serve } from '../support/http.ts'
import { aPollingDesk } from '../support/polls.ts'

type Answer = readonly [status: number, headers: Record<string, string>]

/** A publisher that gives one answer after another, the same body each time it is sent. */
const aPublisher = async (answers: readonly Answer[]) => {
  const server = await serve((_, response) => {
    const [status, headers] = answers[server.requests.length - 1] ?? [500, {}]
    response.writeHead(status, headers).end(status === 304 ? undefined : 'the same feed')
  })
  const desk = aPollingDesk({ a: `${server.url}/feed` })
  await desk.sources.sync()
  return {
    desk,
    poll: () => desk.poll('a'),
    /** What it was asked by last. */
    asked: () => {
      const headers = server.requests.at(-1)?.headers
      return [headers?.['if-none-match'] ?? null, headers?.['if-modified-since'] ?? null]
    },
  }
}

const MONDAY = 'Mon, 04 May 2026 12:00:00 GMT'
const TUESDAY = 'Tue, 05 May 2026 12:00:00 GMT'

describe('new validators of a feed whose body did not change', () => {
  it.each<[string, Answer, Answer, (string | null)[]]>([
    ['a new ETag with the same body', [200, { etag: '"1"' }], [200, { etag: '"2"' }], ['"2"', null]],
    ['a new ETag on a 304', [200, { etag: '"1"' }], [304, { etag: '"2"' }], ['"2"', null]],
    ['a weak ETag on a 304 that was strong', [200, { etag: '"1"' }], [304, { etag: 'W/"1"' }], ['W/"1"', null]],
    ['a strong ETag with the same body that was weak', [200, { etag: 'W/"1"' }], [200, { etag: '"1"' }], ['"1"', null]],
    ['a first ETag on a 304 to a date', [200, { 'last-modified': MONDAY }], [304, { etag: '"1"' }], ['"1"', MONDAY]],
    [
      'a new Last-Modified on a 304, which leaves the ETag',
      [200, { etag: '"1"', 'last-modified': MONDAY }],
      [304, { 'last-modified': TUESDAY }],
      ['"1"', TUESDAY],
    ],
    [
      'a 304 that carries none leaves the old ones',
      [200, { etag: '"1"', 'last-modified': MONDAY }],
      [304, {}],
      ['"1"', MONDAY],
    ],
    [
      'a 200 with the same body that carries one drops the other',
      [200, { etag: '"1"', 'last-modified': MONDAY }],
      [200, { 'last-modified': TUESDAY }],
      [null, TUESDAY],
    ],
    ['a 200 with the same body and no validators drops the old', [200, { etag: '"1"' }], [200, {}], [null, null]],
    ['an empty ETag is none', [200, { etag: '"1"' }], [200, { etag: '' }], [null, null]],
  ])(
    'new validators of a feed whose body did not change are used at the next poll: %s',
    async (_, first, second, expected) => {
      const { poll, asked } = await aPublisher([first, second, [304, {}], [304, {}]])
      expect(await poll()).toMatchObject({ kind: 'changed' })
      expect(await poll()).toMatchObject({ kind: 'unchanged' })
      await poll()
      expect(asked()).toEqual(expected)
      await poll()
      expect(asked()).toEqual(expected)
    },
  )

  it('new validators of a feed whose body did not change update how long it stays fresh, if the 304 says so', async () => {
    const { poll, desk } = await aPublisher([
      [200, { etag: '"1"', 'cache-control': 'max-age=3600' }],
      [304, { 'cache-control': 'max-age=5400' }],
      [304, {}],
      [304, { 'cache-control': 'no-cache' }],
      [304, {}],
      [304, { expires: new Date(NOON + 5_400_000).toUTCString() }],
      [200, { etag: '"1"' }],
    ])
    const waits: number[] = []
    for (let times = 0; times < 7; times += 1) {
      await poll()
      waits.push(Math.floor(((await desk.state('a')).nextAt ?? 0) - desk.clock.now))
    }
    const isOfNinetyMinutes = waits.map(wait => wait >= 5_400_000 - 1_000)
    expect(isOfNinetyMinutes).toEqual([false, true, true, false, false, true, false])
  })
})
