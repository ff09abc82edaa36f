import { describe, expect, it } from 'vitest'
import { aConfigFolder, cli, endAll } from '../support/cli.ts'

endAll()

const cluster = async (lines: readonly unknown[]) => {
  const { dir } = aConfigFolder()
  const text = lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  const run = cli(['--config', dir, 'cluster'], {}, text)
  const code = await run.ended
  const answers: { id: string | number; story: string; duplicateOf?: string }[] = run
    .out()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
  return { code, answers, err: run.err() }
}

const storm = {
  id: 1,
  source: 'wire',
  title: 'Storm Odile floods harbour of Port Ellin',
  summary:
    'Storm Odile pushed the sea over the harbour wall of Port Ellin on Monday, flooding two hundred homes in the old town.',
}

describe('newsdesk cluster', () => {
  it('newsdesk cluster answers each line in order, with its story and the article it repeats', {
    timeout: 30_000,
  }, async () => {
    const { code, answers } = await cluster([
      storm,
      { id: 'bank', title: 'Central bank of Varland keeps its rate', summary: 'Prices are seen falling by autumn.' },
      { ...storm, id: 2, source: 'courier', title: 'Two hundred homes under water' },
      { id: 3, title: 'Storm Odile: harbour wall of Port Ellin broken', summary: 'Families left flooded homes.' },
    ])
    expect(code).toBe(0)
    expect(answers.map(({ id }) => id)).toEqual([1, 'bank', 2, 3])
    expect(answers[2]).toMatchObject({ story: answers[0]?.story, duplicateOf: '1' })
    expect(answers[3]?.story).toBe(answers[0]?.story)
    expect(answers[3]?.duplicateOf).toBeUndefined()
    expect(answers[1]?.story).not.toBe(answers[0]?.story)
  })

  it('newsdesk cluster skips lines it cannot read, reports which and why, and goes on', {
    timeout: 30_000,
  }, async () => {
    const { code, answers, err } = await cluster(['{"id": 1', { title: 'no id' }, '', { id: 2, title: '' }, storm])
    expect(code).toBe(0)
    expect(answers.map(({ id }) => id)).toEqual([2, 1])
    expect(err).toMatch(/line 1: invalid JSON/)
    expect(err).toMatch(/line 2: .*id/)
    expect(err).toMatch(/2 of 5 lines skipped/)
  })

  it('newsdesk cluster prints nothing for empty input', { timeout: 30_000 }, async () => {
    expect(await cluster([])).toMatchObject({ code: 0, answers: [] })
  })
})
