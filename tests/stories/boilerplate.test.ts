import { describe, expect, it } from 'vitest'
import { StorySettings } from '../../src/config/sections/stories.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import { createBoilerplate } from '../../src/stories/rules/boilerplate.ts'
import { createClusterer } from '../../src/stories/rules/clusterer.ts'
import { extractFeatures } from '../../src/stories/rules/features.ts'
import { createJournal } from '../../src/stories/rules/journal.ts'
import { NOON, sourceId } from '../support/articles.ts'

const settings = StorySettings.parse({})
const featuresOf = (title: string, summary = '', source = 'courier', id = title) =>
  extractFeatures({
    ...{ id: id as ArticleId, title, summary, language: 'en', source: sourceId(source), publishedAt: NOON },
  })

/** How many terms of a title and a summary are left, after a source has written others. */
const left = (others: readonly [title: string, summary?: string][], title: string, summary = '') => {
  const boilerplate = createBoilerplate(createJournal())
  for (const other of others) boilerplate.learn(featuresOf(...other))
  const stripped = boilerplate.strip(featuresOf(title, summary))
  return [stripped.title.length, stripped.summary.length]
}

const UNLIKE = [
  'Ferry strike ends after nine days',
  'Chess master wins the Linden cup',
  'Bakers bring back the black loaf',
  'Central bank keeps its rate',
  'Volcano closes three airports',
]

describe('the boilerplate of a source', () => {
  it('the boilerplate of a source, such as its name after each title, never groups unrelated articles', () => {
    const clusterer = createClusterer(() => settings)
    const stories = UNLIKE.map(title => clusterer.decide(featuresOf(`${title} | Ellin Courier`), NOON).decision.story)
    expect(new Set(stories).size).toBe(UNLIKE.length)
  })

  it('the boilerplate of a source before or after each summary never groups unrelated articles', () => {
    const clusterer = createClusterer(() => settings)
    const stories = UNLIKE.map((title, n) => {
      const own = `Report ${'abcde'[n]} says it was ${['calm', 'loud', 'cold', 'late', 'dark'][n]} there.`
      const summary = `Ellin Press Agency staff writers. ${own} Sign up for our free morning newsletter delivered daily.`
      return clusterer.decide(featuresOf(title, summary), NOON).decision.story
    })
    expect(new Set(stories).size).toBe(UNLIKE.length)
  })

  it('the boilerplate of a source is removed from the end of a title once another article has it, and the news stays', () => {
    expect(left([['Ferry strike ends | Ellin Courier']], 'Chess master wins cup | Ellin Courier')).toEqual([4, 0])
  })

  it('two reports of a source on one event keep the words they share, and a headline repeated in full is kept too', () => {
    expect(left([['Three sailors hurt in Marle harbour fire']], 'Crews flee Marle harbour fire')[0]).toBe(5)
    expect(left([['Ferry strike settled']], 'Mayor: ferry strike settled')[0]).toBe(4)
  })

  it('the boilerplate of one source does not affect another', () => {
    const boilerplate = createBoilerplate(createJournal())
    boilerplate.learn(featuresOf('Ferry strike ends | Ellin Courier'))
    const other = featuresOf('Chess master wins cup | Ellin Courier', '', 'gazette')
    expect(boilerplate.strip(other)).toBe(other)
  })

  it('the boilerplate learnt in a trial is forgotten when the trial is rolled back', () => {
    const journal = createJournal()
    const boilerplate = createBoilerplate(journal)
    journal.open()
    boilerplate.learn(featuresOf('Ferry strike ends | Ellin Courier'))
    journal.rollBack()
    const next = featuresOf('Chess master wins cup | Ellin Courier')
    expect(boilerplate.strip(next)).toBe(next)
  })
})
