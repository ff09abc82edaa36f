import { describe, expect, it } from 'vitest'
import { articleId } from '../../src/domain/canonical-url.ts'
import { SCHEMA } from '../../src/maintenance/migrations/schema.ts'
import { anArticle, newIn } from '../support/articles.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { aListRoom } from '../support/lists.ts'

endAll()

const room = aListRoom()
room.clock.now = Date.now()
const desk = room.open()
const { dir, write } = aConfigFolder({
  settings: `redis: { prefix: ${room.keys.prefix} }\n`,
  sources: 'sources:\n  - { id: courier, name: courier, url: https://courier.example/rss, section: world }\n',
})
const newsdesk = async (args: readonly string[], input?: string) => {
  const { ended, out, err } = cli(args, { NEWSDESK_REDIS_URL: redisUrl(), NEWSDESK_CONFIG: dir }, input)
  return { code: await ended, out: out(), err: err() }
}
const RULE = 'id: no-sales\nwhen: {title: sale}\ndo: {hide: true, label: sponsored}\n'
const articles = ['Summer sale begins', 'Mayor resigns'].map(title =>
  anArticle({ title, publishedAt: room.clock.now - 600_000, firstSeenAt: room.clock.now - 595_000 }),
)
await room.redis.set(room.keys.schema(), SCHEMA)
await desk.takeIn(articles.map(article => ({ article, decision: newIn(`s${article.id}`) })))

describe('rules in the terminal', () => {
  it('rules in the terminal are tried, added, listed, applied and removed', { timeout: 180_000 }, async () => {
    expect(await newsdesk(['rules'])).toMatchObject({ code: 0, out: expect.stringContaining('There are no rules.') })

    const tried = await newsdesk(['rules', 'test', '-'], RULE)
    expect(tried.out).toMatch(/hide, label sponsored \(no-sales\)\s+Summer sale begins/)
    expect(tried.out).toContain('1 of 2 stored articles match')

    const wrong = await newsdesk(['rules', 'add', '-'], RULE.replace('hide', 'hid'))
    expect(wrong).toMatchObject({
      code: 2,
      err: expect.stringContaining('(input):3:6 do.hid: no such key; did you mean hide?'),
    })
    expect(await newsdesk(['rules', 'add', '-'], RULE)).toMatchObject({ code: 0, err: '' })
    const listed = JSON.parse((await newsdesk(['rules', '--json'])).out)
    expect(listed).toMatchObject({ apply: 'all', rules: [{ from: 'live', rule: { id: 'no-sales' }, items: 0 }] })

    expect((await newsdesk(['rules', 'apply'])).out).toContain('1 of 2 stored articles changed.')
    const [article] = articles
    const hash = await room.redis.hgetall(room.keys.article(article?.id ?? articleId('x')))
    expect(hash).toMatchObject({ labels: '["sponsored"]', ruled: '{"rules":["no-sales"],"isHidden":true}' })

    expect(await newsdesk(['rules', 'move', 'no-sales', 'sideways'])).toMatchObject({ code: 2 })
    expect(await newsdesk(['rules', 'remove', 'no-sales'])).toMatchObject({ code: 0 })
    expect(await newsdesk(['rules', 'remove', 'no-sales'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no live rule "no-sales"'),
    })

    write('rules.yaml', "rules:\n  - id: numbers\n    when: {title: {pattern: '\\d+'}}\n    do: {weight: 2}\n")
    expect((await newsdesk(['rules'])).out).toMatch(/numbers\s+rules\.yaml\s+weight 2/)
    expect((await newsdesk(['check-config'])).out).toMatch(
      /rules\.yaml:3:21 rules\[0\]\.when\.title\.pattern: .* is tried on every item|so it is tried on every item/,
    )
    write('rules.yaml', 'rules:\n  - id: numbers\n')
    expect(await newsdesk(['rules'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/rules\.yaml:2:5 rules\[0\]\.when: is missing/),
    })
  })
})
