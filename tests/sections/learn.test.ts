import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { classifyBy } from '../../src/sections/classify.ts'
import type { Example } from '../../src/sections/examples.ts'
import { learnSections } from '../../src/sections/learn.ts'
import { loadSectionModel, replayTexts } from '../../src/sections/model-loader.ts'
import { teachers, third } from '../support/labelled/motor-news.ts'

const model = loadSectionModel()
const ordinary = readFileSync(new URL('../support/labelled/sections-wire.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as { title: string; section: string })

const motor = (sources: readonly string[], each: number): Example[] =>
  sources.flatMap(source =>
    Array.from({ length: each }, (_, n) => ({ section: 'motor', source, text: teachers[source]?.(n) ?? '', at: 0 })),
  )

const taughtBy = (examples: readonly Example[]) => {
  const learned = learnSections(model, examples, replayTexts(model), 0)
  const classify = classifyBy(model, () => learned)
  return (title: string) => classify({ title, summary: '', language: 'en' })[0]?.section
}

describe('a section that the shipped model does not know', () => {
  it('a section that the shipped model does not know is learnt from 200 articles of two sources and found in a third, without changing others', () => {
    const sectionOf = taughtBy(motor(['courier', 'gazette'], 100))
    const thirds = Array.from({ length: 100 }, (_, n) => third(n))
    const right = thirds.filter(title => sectionOf(title) === 'motor').length
    const wrong = ordinary.filter(({ title }) => sectionOf(title) === 'motor').length
    expect((2 * right) / (thirds.length + right + wrong)).toBeGreaterThanOrEqual(0.8)
    const kept = ordinary.filter(({ title, section }) => sectionOf(title) === section).length
    expect(kept / ordinary.length).toBeGreaterThanOrEqual(0.85)
  })

  it('a section that the shipped model does not know is not learnt from a single source, nor from a handful of articles', () => {
    const title = teachers.gazette?.(7) ?? ''
    expect(taughtBy(motor(['courier'], 200))(title)).not.toBe('motor')
    expect(taughtBy(motor(['courier', 'gazette'], 10))(title)).not.toBe('motor')
    expect(taughtBy(motor(['courier', 'gazette'], 100))(title)).toBe('motor')
  })
})
