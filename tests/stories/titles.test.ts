import { describe, expect, it } from 'vitest'
import { StorySettings } from '../../src/config/sections/stories.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import type { SourceId } from '../../src/domain/source.ts'
import { createClusterer } from '../../src/stories/rules/clusterer.ts'
import { extractFeatures } from '../../src/stories/rules/features.ts'

const settings = StorySettings.parse({})

const featuresOf = (title: string, id = title, source = id, summary = '', url = '') =>
  extractFeatures({
    ...{ id: id as ArticleId, source: source as SourceId, title, summary, url },
    ...{ language: 'en', publishedAt: null },
  })

describe('the words of a title that identify a story', () => {
  it('wire prefixes, credits and labels are never among the words that identify a story, in titles, summaries and URLs', () => {
    const { title, summary, slug } = featuresOf('Ferry sinks off Port Ellin', 'a', 'a', 'PORT ELLIN A ferry sank.')
    const url = 'https://herald.example/update-3-exclusive-ferry-sinks-off-port-ellin'
    const told = 'UPDATE 3-EXCLUSIVE-Ferry sinks off Port Ellin (video) - Reuters'
    const marked = featuresOf(told, 'b', 'b', 'PORT ELLIN (Reuters) - A ferry sank.', url)
    expect([marked.title, marked.summary]).toEqual([title, summary])
    expect(marked.slug).toEqual(title)
    expect(slug).toEqual([])
  })

  it('a round-up becomes a story of its own, and does not join two events that it mentions', () => {
    const clusterer = createClusterer(() => settings)
    const ferry = 'Ferry Odile sinks off Port Ellin harbour with forty aboard'
    const bank = 'Varland Bank keeps its rate at four percent despite inflation'
    const titles = [ferry, bank, `${ferry}; ${bank}; Polls open in Marle`, `${ferry}, coastguard says`]
    for (const [place, title] of titles.entries()) clusterer.decide(featuresOf(title), place)
    const [one, two, roundUp, later] = titles.map(title => clusterer.findStory(title as ArticleId))
    expect(new Set([one, two, roundUp]).size).toBe(3)
    expect(later).toBe(one)
  })
})
