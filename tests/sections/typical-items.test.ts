/** Twenty typical items of each shipped source, in its language and under addresses as its publisher makes them. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { normalise } from '../../src/articles/normalise.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { FeedItem } from '../../src/domain/feed-item.ts'
import { classifyBy } from '../../src/sections/classify.ts'
import { loadSectionModel } from '../../src/sections/model-loader.ts'

const { sources, taxonomy } = loadConfig('config', {})
const classify = classifyBy(loadSectionModel())
const NOW = Date.UTC(2026, 4, 4, 12)

/** Titles by `language section`, as the file has them. */
const titles = new Map<string, string[]>()
let current: string[] = []
for (const line of readFileSync(new URL('../support/labelled/typical-items.txt', import.meta.url), 'utf8').split(
  '\n',
)) {
  const heading = /^\[(.+)\]$/.exec(line)?.[1]
  if (heading) {
    current = []
    titles.set(heading, current)
  } else if (line !== '' && !line.startsWith('#')) current.push(line)
}

/** How many items of each section a general paper has among twenty. */
const GENERAL = 'world 6, politics 4, business 3, sports 2, science 1, health 1, entertainment 2, technology 1'

/** Sections in the addresses of papers that have them there; the others' addresses say nothing. */
const PATHS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aljazeera: { sports: 'sports', business: 'economy', world: 'news', politics: 'news' },
  'france24-en': {
    sports: 'sport',
    business: 'business-tech',
    world: 'africa',
    health: 'health',
    entertainment: 'culture',
  },
  tagesschau: {
    world: 'ausland/europa',
    politics: 'inland/innenpolitik',
    business: 'wirtschaft',
    science: 'wissen',
    sports: 'sport',
  },
  spiegel: {
    ...{ world: 'ausland', politics: 'politik/deutschland', business: 'wirtschaft', science: 'wissenschaft' },
    ...{ sports: 'sport/fussball', entertainment: 'kultur', technology: 'netzwelt' },
  },
  lemonde: {
    ...{ world: 'international', politics: 'politique', business: 'economie', science: 'sciences' },
    ...{ sports: 'sport', entertainment: 'culture', health: 'sante' },
  },
  elpais: {
    ...{ world: 'internacional', politics: 'espana', business: 'economia', science: 'ciencia' },
    ...{ sports: 'deportes', entertainment: 'cultura', health: 'sociedad' },
  },
  ansa: {
    ...{ world: 'sito/notizie/mondo', politics: 'sito/notizie/politica', business: 'sito/notizie/economia' },
    ...{ sports: 'sito/notizie/sport', entertainment: 'sito/notizie/cultura', science: 'canale_scienza' },
  },
  folha: {
    ...{ world: 'mundo', politics: 'poder', business: 'mercado', sports: 'esporte', entertainment: 'ilustrada' },
    health: 'equilibrioesaude',
  },
}

/** Sections that an item may as well stand in: a minister's visit is politics or world. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  world: ['asia', 'politics'],
  asia: ['world'],
  politics: ['world'],
  science: ['technology', 'health'],
  technology: ['science', 'business'],
  health: ['science'],
}

type Source = (typeof sources)[number]

const itemsOf = ({ id, section, language = 'en', general, site }: Source) => {
  const spoken = language.split('-')[0] ?? ''
  const plan = general ? GENERAL.split(', ').map(each => each.split(' ')) : [[section, '20']]
  const chosen = plan.flatMap(([about = '', count]) =>
    (titles.get(`${spoken} ${about}`) ?? []).slice(0, Number(count)).map(title => ({ about, title })),
  )
  // A paper without so many titles of a section has more of the others.
  const rest = GENERAL.split(', ').flatMap(each => {
    const [about = ''] = each.split(' ')
    return (titles.get(`${spoken} ${about}`) ?? []).map(title => ({ about, title }))
  })
  const more = rest.filter(({ title }) => chosen.every(each => each.title !== title))
  return [...chosen, ...more].slice(0, 20).map(({ about, title }, n) => {
    const path = PATHS[id]?.[about]
    return { about, title, url: `${new URL(site ?? '').origin}/${path ? `${path}/` : ''}item-${n}` }
  })
}

const sectionOf = (source: Source, { title, url }: { title: string; url: string }): string => {
  const item: FeedItem = {
    ...{ id: url, link: url, title, summary: '', author: null, image: null },
    ...{ published: new Date(NOW).toISOString(), updated: null, language: null, categories: [] },
  }
  const about = { source, feedLanguage: source.language ?? null, fetchedAt: NOW, taxonomy, maxAge: 86_400_000 }
  const article = normalise(item, { ...about, classify })
  return 'section' in article ? article.section : ''
}

describe('typical items of the shipped sources', () => {
  it.each(sources.map(source => [source.id, source] as const))(
    'seventeen of twenty typical items of %s get a plausible section',
    (_, source) => {
      const items = itemsOf(source)
      expect(items).toHaveLength(20)
      const wrong = items.flatMap(item => {
        const section = sectionOf(source, item)
        return section === item.about || ALSO[item.about]?.includes(section) ? [] : [`${item.title}: ${section}`]
      })
      expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(3)
    },
  )
})
