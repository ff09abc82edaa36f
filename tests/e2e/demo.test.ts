import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { LISTS } from '../../src/lists/registry.ts'
import { cli, endAll } from '../support/cli.ts'
import { aFolder } from '../support/folder.ts'
import { taxonomy } from '../support/taxonomy.ts'
import { until } from '../support/until.ts'

endAll()
const entryOk = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync('schemas/entry.schema.json', 'utf8')),
)

interface Shown {
  readonly rank: number
  readonly title: string
  readonly url: string
  readonly publishedAt: string
  readonly story: { readonly id: string; readonly sources: number }
}

describe('npm run demo -- --once --json', () => {
  it('npm run demo -- --once --json prints every list of the contract on stdout: filled, complete, ranked, one entry per story', {
    timeout: 90_000,
  }, async () => {
    const demo = cli(['demo', '--once', '--json'])
    expect(await demo.ended, demo.err()).toBe(0)
    const { lists } = JSON.parse(demo.out()) as { lists: Record<string, Shown[]> }
    const names = Object.keys(lists)
    expect(names).toEqual(expect.arrayContaining(LISTS.names({ taxonomy })))
    expect(names.filter(name => name.startsWith('related:')).length).toBeGreaterThanOrEqual(5)
    for (const [name, entries] of Object.entries(lists)) {
      expect(entries.length, name).toBeGreaterThan(0)
      for (const entry of entries) expect(entryOk(entry), `${name}: ${JSON.stringify(entryOk.errors)}`).toBe(true)
      expect(
        entries.map(({ rank }) => rank),
        name,
      ).toEqual(entries.map((_, index) => index + 1))
      expect(new Set(entries.map(({ story }) => story.id)).size, name).toBe(entries.length)
      expect(new Set(entries.map(({ url }) => url)).size, name).toBe(entries.length)
    }
    // The same event told by several publishers is one entry.
    expect(lists.latest?.some(({ story }) => story.sources >= 3)).toBe(true)
    // Progress is shown meanwhile, beside stdout.
    expect(demo.err()).toMatch(/\d+ of \d+ lists published/)
  })
})

describe('a demo that is stopped', () => {
  it.each([
    ['SIGINT', /Opening the newsstand/, ['demo', '--once']],
    ['SIGHUP', /lists published/, ['demo', '--once']],
    ['SIGTERM', /stories, \d+ crawls/, ['demo']],
  ] as const)(
    'a demo that is stopped by %s after %s leaves no Redis and no folder behind',
    async (signal, said, args) => {
      const folder = aFolder('told')
      const left = () => readdirSync(folder).filter(name => name.startsWith('newsdesk'))
      const demo = cli(args, { TMPDIR: folder })
      await demo.says(said)
      expect(left()).toHaveLength(1) // its folder, with its Redis' socket in it
      demo.child.kill(signal)
      expect(await demo.ended).toBe(args.length === 1 ? 0 : 1)
      await until(() => left().length === 0)
    },
  )
})
