import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/problems.ts'
import { readFeed } from '../../src/feeds/read.ts'
import { readOpml } from '../../src/sources/catalogue/opml.ts'
import { aFolder } from '../support/folder.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** JSON Feeds that hold one item that can be read, and what is to fill memory or time, or to be taken for something else. */
const JSON_BOMBS: Readonly<Record<string, (item: string) => string>> = {
  'a million names in the feed': item =>
    `{"items":[${item}],${Array.from({ length: 1_000_000 }, (_, n) => `"k${n}":0`).join(',')}}`,
  'a million names in an item': item =>
    `{"items":[${item.replace('}', `,${Array.from({ length: 1_000_000 }, (_, n) => `"k${n}":0`).join(',')}}`)}]}`,
  'a number of a million digits': item =>
    `{"items":[${item.replace('}', `,"date_published":${'9'.repeat(1_000_000)}}`)}]}`,
  'numbers beyond numbers': item =>
    `{"version":1e999,"items":[${item.replace('}', ',"date_published":1e400,"attachments":-1e999,"tags":[1e308,5e-324]}')}]}`,
  'a hundred thousand levels in a field': item =>
    `{"items":[${item.replace('}', `,"_x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)}]}`,
  'a hundred thousand levels in its tags': item =>
    `{"items":[${item.replace('}', `,"tags":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)}]}`,
  'a hundred thousand objects as author': item =>
    `{"items":[${item.replace('}', `,"author":${'{"name":'.repeat(100_000)}1${'}'.repeat(100_000)}}`)}]}`,
  'a hundred thousand nulls before it': item => `{"items":[${'null,'.repeat(100_000)}${item}]}`,
}

describe('a JSON Feed made to harm', () => {
  it.each(Object.entries(JSON_BOMBS))(
    'a JSON Feed made to harm by %s loses no item that can be read',
    async (_, bomb) => {
      const read = await readFeed(bytesOf(bomb('{"id":"1","title":"Still here"}')), {
        contentType: 'application/feed+json',
      })
      expect(read.kind === 'feed' && read.feed.items.map(({ title }) => title)).toEqual(['Still here'])
      // What is kept of it is no larger than an item.
      expect(JSON.stringify(read).length).toBeLessThan(20_000)
    },
  )
})

describe('a file of feeds made to harm', () => {
  const outline = '<outline text="Still here" xmlUrl="https://courier.example/rss"/>'
  const entities = Array.from({ length: 10 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')
  it.each([
    ['entities that expand', `<!DOCTYPE opml [<!ENTITY l0 "lol">${entities}]>`, '<outline text="&l10;"/>'],
    ['an entity from outside', '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>', '<outline text="&x;"/>'],
    ['names of prototypes', '', '<outline __proto__="x" constructor="y" text="z" xmlUrl="https://z.example/"/>'],
    ['a million attributes', '', `<outline ${Array.from({ length: 1_000_000 }, (_, n) => `a${n}=""`).join(' ')}/>`],
  ])('a file of feeds made to harm by %s gives what can be read of it', (_, before, within) => {
    const read = readOpml(`${before}<opml><body>${outline}${within}</body></opml>`)
    expect(read).toMatchObject({
      kind: 'opml',
      outlines: expect.arrayContaining([expect.objectContaining({ title: 'Still here' })]),
    })
    expect(JSON.stringify(read).length).toBeLessThan(10_000)
    expect(JSON.stringify(read)).not.toContain('root:')
    expect(({} as { xmlUrl?: string }).xmlUrl).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})

describe('a configuration made to harm', () => {
  const problemsOf = (settings: string, sources = 'sources: []\n', env: NodeJS.ProcessEnv = {}): readonly string[] => {
    const dir = aFolder('config')
    writeFileSync(join(dir, 'newsdesk.yaml'), settings)
    writeFileSync(join(dir, 'sources.yaml'), sources)
    writeFileSync(join(dir, 'sections.yaml'), 'sections:\n  - { id: world, labels: { en: World } }\n')
    try {
      loadConfig(dir, env)
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
    return []
  }
  const bomb = [
    'a0: &a0 [x]',
    ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`)}]`),
  ]

  it.each([
    ['aliases that expand', `${bomb.join('\n')}\n`, /newsdesk\.yaml:1:1 .*alias/i],
    ['an alias of itself', 'a: &a [*a]\n', /newsdesk\.yaml/],
    ['fifty thousand levels', `a: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`, /newsdesk\.yaml:1:\d+ /],
    ['a prototype', '__proto__:\n  admin: { password: "" }\n', /__proto__/],
    ['a prototype within', 'admin:\n  __proto__: { port: 1 }\n', /__proto__/],
    ['a constructor', 'constructor: { prototype: { isAdmin: true } }\n', /constructor/],
    ['a tag that would run', 'admin: !!js/function "function () { return 1 }"\n', /newsdesk\.yaml/],
  ])('a configuration made to harm by %s is refused as any other mistake, with the file', (_, settings, expected) => {
    const problems = problemsOf(settings)
    expect(problems.join('\n')).toMatch(expected)
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('a configuration made to harm by a folder in place of a file is refused, too', () => {
    const dir = aFolder('config')
    mkdirSync(join(dir, 'newsdesk.yaml'))
    expect(() => loadConfig(dir, {})).toThrow(ConfigError)
  })

  it('a configuration made to harm by aliases in the list of sources is refused, too', () => {
    expect(problemsOf('', `${bomb.join('\n')}\nsources: *a9\n`).join('\n')).toMatch(/sources\.yaml:1:1 .*alias/i)
  })

  it.each(['NEWSDESK___PROTO___ADMIN', 'NEWSDESK_CONSTRUCTOR_PROTOTYPE'])(
    'a configuration made to harm by the variable %s is refused',
    name => {
      expect(problemsOf('', 'sources: []\n', { [name]: '{"x":1}' }).join()).toContain(name)
    },
  )
})
