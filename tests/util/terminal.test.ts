import { spawnSync } from 'node:child_process'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { keysFor } from '../../src/redis/keys.ts'
import { readOpml } from '../../src/sources/catalogue/opml.ts'
import { fold, plainText } from '../../src/util/plain-text.ts'
import { forTerminal } from '../../src/util/terminal.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
endAll()

/** What a terminal would obey: clear, retitle, clipboard, a link, hidden text, C1, backspace, a line of its own, and turned writing. */
const EVIL =
  'Evil \u001b[2J\u001b]0;mine\u0007\u001b]52;c;Zm9v\u0007\u001b]8;;https://x.example\u001b\\\u001b[8mhid\u001b[31m\u009b2J\u0090q\u009c\b\b\r\u202egnp.\u2066x end'
const OBEYED = /[^\P{Cc}\n\t]|[\u061c\u202a-\u202e\u2066-\u2069]/u

describe('text for a terminal', () => {
  it('text for a terminal has control characters escaped, and means the same if parsed as JSON', () => {
    const shown = forTerminal(EVIL, false)
    expect(shown).not.toMatch(OBEYED)
    expect(shown).toContain('\\u001b[2J')
    expect(shown).toContain('\\u009b2J')
    const json = JSON.stringify({ title: EVIL })
    expect(forTerminal(json)).not.toMatch(OBEYED)
    expect(JSON.parse(forTerminal(json))).toEqual({ title: EVIL })
  })

  it("text for a terminal keeps lines, tabs, every script, and newsdesk's own colours", () => {
    const { bold, red } = pc.createColors(true)
    const text = `a\tb\n${bold('東京 العربية עברית 👩‍🚒')} ${red('x')}\u200e\u200f`
    expect(forTerminal(text, true)).toBe(text)
  })
})

describe('text of a feed, a folder of feeds or a hub', () => {
  it.each<[string, string | null | undefined]>([
    ['markup', plainText(`<p>${EVIL}</p>`)],
    ['plain text', fold(EVIL)],
    ['references to characters', plainText('&#27;[2J&#x9b;31m&#8238;&#x2066;gnp')],
    ['OPML', JSON.stringify(readOpml(`<opml><outline text="&#27;[31mA&#8238;" xmlUrl="https://a.example/"/></opml>`))],
  ])(
    'text of a feed, a folder of feeds or a hub has lost what a terminal would obey where it came in as %s',
    (_, text) => {
      expect(text).toBeTruthy()
      expect(text).not.toMatch(OBEYED)
    },
  )
})

describe('what a stranger wrote', () => {
  it('what a stranger wrote does not reach the terminal by any command that shows it', {
    timeout: 120_000,
  }, async () => {
    const own = keysFor(`${keys.prefix}-terminal`)
    const name = JSON.stringify(EVIL) // YAML reads it as JSON does
    const { dir } = aConfigFolder({
      settings: `redis:\n  url: ${redisUrl()}\n  prefix: ${own.prefix}\n`,
      sources: `sources:\n  - id: evil\n    name: ${name}\n    url: https://evil.example/feed\n    section: world\n`,
    })
    const [id, other] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb']
    const at = new Date().toISOString()
    // As if something else had let it in: this wall stands by itself.
    const article = { id, url: 'https://evil.example/a', title: EVIL, summary: EVIL, author: EVIL, image: '', language: 'en', publishedAt: at, updatedAt: at, firstSeenAt: at, section: 'world', sections: '["world"]', source: 'evil', sources: '["evil"]', story: id, reprintOf: '', evidence: JSON.stringify([{ section: 'world', from: 'words', what: EVIL, weight: 1 }]) } // biome-ignore format: one article
    await redis.hset(own.article(id), article)
    await redis.hset(own.article(other), { ...article, id: other, url: 'https://evil.example/b' })
    await redis.hset(own.story(id), { lead: id, articles: JSON.stringify([id, other]), sources: '["evil"]', alsoIn: '[]', sections: '["world"]', publishedAt: at, firstSeenAt: at, lastSeenAt: at }) // biome-ignore format: one story
    const entry = { rank: 1, id, title: EVIL, url: article.url, section: { id: 'world', label: EVIL }, sections: ['world'], source: { id: 'evil', name: EVIL }, author: EVIL, language: 'en', publishedAt: at, image: null, summary: EVIL, counts: { views: 1, comments: 0, shares: 0 }, alsoIn: [EVIL], placedBy: 'rule', story: { id, articles: 2, sources: 1 } } // biome-ignore format: one entry
    await redis.rpush(own.list('latest'), JSON.stringify(entry))
    await redis.hset(own.source('evil'), {
      status: 'failing',
      failures: '3',
      lastErrorReason: 'status',
      lastErrorDetail: EVIL,
      lastErrorAt: String(Date.now()),
    })
    await redis.hset(own.daemon('evil'), {
      roles: EVIL,
      host: EVIL,
      pid: '1',
      started: String(Date.now()),
      beat: String(Date.now()),
    })
    await redis.zadd(own.daemons(), Date.now(), 'evil')
    const commands = [
      ['lists', 'latest'],
      ['lists', 'latest', '--json'],
      ['explain', id],
      ['sources', 'explain', 'evil'],
      ['status'],
    ]
    const shown: string[] = []
    for (let from = 0; from < commands.length; from += 3)
      await Promise.all(
        commands.slice(from, from + 3).map(async args => {
          const command = cli(args, { NEWSDESK_CONFIG: dir })
          await command.ended
          const text = command.out() + command.err()
          expect([args, OBEYED.exec(text)?.[0] ?? null, text.slice(0, 300)]).toEqual([args, null, expect.any(String)])
          if (text.includes('Evil')) shown.push(args.join(' '))
        }),
      )
    expect(shown).toEqual(expect.arrayContaining(['lists latest', `explain ${id}`, 'sources explain evil']))
  })

  it.skipIf(spawnSync('script', ['--version']).status !== 0)(
    'what a stranger wrote does not reach the terminal by the log, nor begins a line there that looks like one of ours',
    () => {
      const code = `import('./src/app/log.ts').then(({ createLog }) => {
        const evil = ${JSON.stringify(`${EVIL}\n[12:00:00] INFO: all is well`)}
        const log = createLog({ level: 'info', to: 1 })
        log.info({ title: evil, err: new Error(evil) }, evil)
        log.info('the end')
      })`
      const run = (command: string, args: string[]) =>
        spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' }, timeout: 60_000 }).stdout
      const node = [process.execPath, '--import', 'tsx', '-e', code]
      const quoted = node.map(each => `'${each.replaceAll("'", "'\\''")}'`).join(' ')
      const inTerminal = run('script', ['-qec', quoted, '/dev/null'])
      const inFile = run(node[0] ?? '', node.slice(1))
      for (const [text, lines] of [
        [inTerminal.replaceAll('\r\n', '\n'), /^\[[\d:]+\] INFO/gm],
        [inFile, /^\{"level":"info"/gm],
      ] as const) {
        expect(text).toContain('Evil')
        expect(text).not.toMatch(OBEYED)
        expect(text.match(lines)).toHaveLength(2)
      }
    },
  )
})
