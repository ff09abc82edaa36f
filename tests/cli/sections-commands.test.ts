import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aConfigFolder, cli, endAll } from '../support/cli.ts'
import { aFolder } from '../support/folder.ts'

endAll()

/** A command in an installation of its own, and what it answers to lines on its stdin. */
const anInstallation = () => {
  const { dir } = aConfigFolder({ settings: '{}\n', sources: 'sources: []\n' })
  return async (args: readonly string[], lines: readonly string[] = []) => {
    const command = cli(args, { NEWSDESK_CONFIG: dir }, lines.map(line => `${line}\n`).join(''))
    const code = await command.ended
    return { code, out: command.out().split('\n').filter(Boolean), err: command.err() }
  }
}

const withFiles = (files: Readonly<Record<string, string>>): string => {
  const folder = aFolder('sections')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

describe('newsdesk classify, as it is typed', () => {
  it('newsdesk classify answers articles it has never seen, reports bad lines by number, and sets its exit code accordingly', async () => {
    const newsdesk = anInstallation()
    const { code, out, err } = await newsdesk(
      ['classify'],
      [
        JSON.stringify({ id: 1, title: 'Striker scores twice in derby', lang: 'en' }),
        JSON.stringify({ id: 2, title: 'word '.repeat(20_000), url: 'not a url', categories: [''], summary: null }),
        JSON.stringify({ id: 3, title: '🎉🎉🎉', url: 'https://x.example/%E0%A4%A/y', lang: '??' }),
        JSON.stringify({ id: 4, title: '<b>&nbsp;</b>', source: 'nobody' }),
        '{"id": 5, "title": ',
        '{"id": 6, "title": 7}',
        '{"id": 7, "title": "x", "categories": "Sport"}',
        '[]',
        'null',
      ],
    )
    expect(out.map(line => (JSON.parse(line) as { id: number }).id)).toEqual([1, 2, 3, 4])
    expect(err.match(/^line \d+/gm)).toEqual(['line 5', 'line 6', 'line 7', 'line 8', 'line 9'])
    expect(err).toMatch(/categories/)
    expect(code).toBe(1)
  })

  it('newsdesk classify says in plain words that a model is missing or is not a model', async () => {
    const newsdesk = anInstallation()
    const folder = withFiles({ 'none.model': 'no model' })
    const missing = await newsdesk(['classify', '--model', join(folder, 'missing')])
    expect(missing).toMatchObject({ code: 2, err: expect.stringMatching(/No section model at .*train-sections/) })
    const none = await newsdesk(['classify', '--model', join(folder, 'none.model')])
    expect(none).toMatchObject({ code: 2, err: expect.stringMatching(/none\.model is not a section model/) })
  })
})

describe('newsdesk train-sections, as it is typed', () => {
  it.each([
    ['a file that is missing', ['{folder}/missing.jsonl'], 2, /Nothing was trained: .*missing\.jsonl/],
    ['a folder', ['{folder}'], 2, /Nothing was trained: /],
    ['an empty file', ['{folder}/empty.jsonl'], 1, /no labelled article/],
    [
      'lines that are no articles',
      ['{folder}/bad.jsonl'],
      1,
      /bad\.jsonl:1: skipped[\s\S]*bad\.jsonl:3: skipped.*\n.*section/,
    ],
    [
      'one section alone',
      ['{folder}/one.jsonl', '--words', '{folder}/empty.jsonl'],
      1,
      /contains only one section \(sports\)/,
    ],
    ['vectors that are none', ['{folder}/one.jsonl', '--embeddings', '{folder}/vectors.json'], 2, /vectors\.json/],
    ['a place that cannot be written', ['{folder}/one.jsonl', '--out', '{folder}/no/where'], 2, /no/],
  ])('newsdesk train-sections says what is wrong with %s', async (_, args, code, said) => {
    const newsdesk = anInstallation()
    const folder = withFiles({
      'empty.jsonl': '',
      'bad.jsonl': 'x\n\n{"title":"a","section":"No Section!"}\n',
      'one.jsonl': '{"title":"Goal","section":"sports"}\n',
      'vectors.json': '{"dimensions":"many"}',
    })
    const told = await newsdesk(['train-sections', ...args.map(arg => arg.replace('{folder}', folder))])
    expect(told.err).toMatch(said)
    expect(told.code).toBe(code)
  })

  it('newsdesk train-sections writes a model that newsdesk classify then uses', async () => {
    const newsdesk = anInstallation()
    const lines = ['knitting', 'chess'].flatMap(section =>
      Array.from({ length: 20 }, (_, n) =>
        JSON.stringify({ title: `${section} evening ${n}`, summary: null, section }),
      ),
    )
    const folder = withFiles({ 'own.jsonl': lines.join('\n'), 'words.txt': '[chess]\nrook, bishop\n' })
    const train = (out: string) =>
      newsdesk([
        'train-sections',
        join(folder, 'own.jsonl'),
        '--words',
        join(folder, 'words.txt'),
        '--out',
        join(folder, out),
      ])
    expect((await train('a.model')).code).toBe(0)
    const { code } = await newsdesk(['classify', '--model', join(folder, 'a.model')], ['{"id":1,"title":"A rook"}'])
    expect(code).toBe(0)
  }, 120_000)
})
