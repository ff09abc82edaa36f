/**
 * A day of news from labelled headlines: who carries what, and when. The labels' own times are those of a crawler that
 * saw all headlines of an event within a minute, so starts of events and the spread of their reports are drawn anew.
 * (pure but for `readTexts`)
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { articleId, canonicalUrl } from '../../src/domain/canonical-url.ts'
import { seeded } from '../../src/util/seeded-random.ts'

const HOUR = 3_600_000
/** `ownFeed` of the labelled headlines. */
const OWN_FEED = 6
export const SPAN = 36 * HOUR
/** Feeds are served anew after each third of the day. */
const EDITIONS = 3
/** The last event starts so long before the end, so that more than one publisher can have it. */
const LAST_START = 1.5 * HOUR

/** One line of events-large.jsonl. */
export interface Headline {
  readonly id: string
  readonly title: string
  readonly source: string
  readonly url: string
  /** Label of its event. */
  readonly story: string
  /** Empty if missing. */
  readonly summary?: string
}

/** One line of events-mixed.jsonl; `story` begins with `single` where it is of no event. */
export interface Background {
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly story: string | number
}

export interface Texts {
  readonly headlines: readonly Headline[]
  readonly background: readonly Background[]
  /** Section by id of a headline, as sections-headlines.jsonl labels it. */
  readonly sections: ReadonlyMap<string, string>
  /** BCP 47, as feeds declare it. */
  readonly language: string
  /** Headlines that make a publisher a feed of its own; those of smaller ones are carried by one of these feeds. */
  readonly ownFeed: number
}

/** Days made by hand, one in each language, shipped in bench/day/days. */
export const MADE_DAYS = ['de', 'fr'] as const
export type MadeDay = (typeof MADE_DAYS)[number]

/** One line of a day made by hand: a headline of an event, or background if `story` is null. */
interface MadeLine extends Omit<Headline, 'story' | 'summary'> {
  readonly summary: string
  readonly section: string
  readonly story: string | null
}

export interface Feed {
  readonly id: string
  readonly name: string
  /** Home page of the publisher. */
  readonly site: string
  readonly section: string
}

export interface Item {
  /** Id of its article, if it becomes one of its own. */
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly url: string
  readonly feed: string
  /** Its event, or itself where it is of none: what a reader would not want to see twice. */
  readonly label: string
  readonly isEvent: boolean
  /** When it was published, ms since the epoch. */
  readonly at: number
  /** From 0: the first edition that carries it. */
  readonly edition: number
}

export interface Day {
  readonly end: number
  readonly feeds: readonly Feed[]
  /** Oldest first. */
  readonly items: readonly Item[]
  /** Labels of the events. */
  readonly events: readonly string[]
  readonly editions: number
  /** BCP 47, as feeds declare it. */
  readonly language: string
}

const readLines = <T>(folder: string, file: string): T[] =>
  readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as T) // as the folder's README has it

const withoutThose = (headlines: readonly Headline[], ids: ReadonlySet<string>): Headline[] =>
  headlines.filter(({ id }) => !ids.has(id))

/**
 * Ids of labelled headlines that are plainly about something else than the others of their label, such as a station's
 * local news under a merger of cable companies. Two readers who saw titles and publishers only, in different orders,
 * marked 94 and 96 of 2,989; these are the 91 that both marked.
 */
const readMislabelled = (): ReadonlySet<string> =>
  new Set(readFileSync(new URL('./mislabelled.txt', import.meta.url), 'utf8').split(/\s+/))

/**
 * Reads the labelled headlines, without mislabelled ones, and the background.
 * @throws when a file is missing
 */
export const readTexts = (folder: string): Texts => ({
  headlines: withoutThose(readLines<Headline>(folder, 'events-large.jsonl'), readMislabelled()),
  background: readLines<Background>(folder, 'events-mixed.jsonl').filter(({ story }) =>
    `${story}`.startsWith('single'),
  ),
  sections: new Map(
    readLines<{ id: string; section: string }>(folder, 'sections-headlines.jsonl').map(each => [each.id, each.section]),
  ),
  language: 'en',
  ownFeed: OWN_FEED,
})

/** @param folder of bench/day/days */
export const readMadeDay = (folder: string, language: MadeDay): Texts => {
  const lines = readLines<MadeLine>(folder, `${language}.jsonl`)
  return {
    headlines: lines.flatMap(({ story, ...each }) => (story === null ? [] : [{ ...each, story }])),
    background: lines.filter(({ story }) => story === null).map(each => ({ ...each, story: `single-${each.id}` })),
    sections: new Map(lines.map(({ id, section }) => [id, section])),
    language,
    ownFeed: 1,
  }
}

export const groupBy = <T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const group = groups.get(key(each))
    if (group) group.push(each)
    else groups.set(key(each), [each])
  }
  return groups
}

const mostCommon = (values: readonly string[]): string =>
  [...groupBy(values, value => value)].sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? ''

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)

/** A label of the data as a section of the shipped taxonomy. */
const sectionOf = (label: string): string => (label === 'scitech' ? 'technology' : label === '' ? 'world' : label)

/** Publishers with enough headlines, each with the section that most of them are of. */
const makeFeeds = ({ headlines, sections, ownFeed }: Texts): Feed[] =>
  [...groupBy(headlines, ({ source }) => source)]
    .filter(([, of]) => of.length >= ownFeed)
    .map(([name, of]) => ({
      id: slug(name),
      name,
      site: `https://${mostCommon(of.map(({ url }) => new URL(url).hostname))}/`,
      section: sectionOf(mostCommon(of.map(({ id }) => sections.get(id) ?? ''))),
    }))

/**
 * When the reports of one event come out: most soon after its start, a few up to the end of the day.
 * @returns ms since the epoch, ascending
 */
const reportTimes = (count: number, start: number, end: number, random: () => number): number[] => {
  const mean = (2 + 6 * random()) * HOUR
  return Array.from({ length: count }, () => {
    const at = start - mean * Math.log(1 - random())
    return at < end ? at : start + random() * (end - start)
  }).sort((a, b) => a - b)
}

/**
 * A headline's address without its parameters and with its id: whether two addresses are one article is not what is
 * judged here.
 */
const addressOf = ({ id, url }: Headline): string => {
  const { host, pathname } = new URL(url)
  return `https://${host}${pathname.replace(/\/*$/, '')}/${id}`
}

/** Finds a feed that does not have an item of that title: a source's second one would be the same article. */
const placeIn = (feeds: readonly Feed[], first: number, title: string, taken: Set<string>): Feed => {
  for (let more = 0; more < feeds.length; more += 1) {
    const feed = feeds[(first + more) % feeds.length]
    const key = `${feed?.id} ${title.toLowerCase()}`
    if (!feed || taken.has(key)) continue
    taken.add(key)
    return feed
  }
  throw new Error(`every feed has an item of the title ${title}`)
}

/** @returns the first edition that is served after `at`, from 0 */
export const editionAt = (at: number, end: number): number =>
  Math.min(EDITIONS - 1, Math.floor(EDITIONS * (1 - (end - at) / SPAN)))

/**
 * @param end when the day ends, ms since the epoch
 * @returns the same day for the same seed and end
 */
export const buildDay = (texts: Texts, { seed, end }: { readonly seed: number; readonly end: number }): Day => {
  const random = seeded(seed)
  const feeds = makeFeeds(texts)
  const places = new Map(feeds.map(({ name }, place) => [name, place]))
  // A small publisher's headlines are all carried by one feed.
  const placeOf = (source: string): number => {
    const place = places.get(source) ?? Math.floor(random() * feeds.length)
    places.set(source, place)
    return place
  }
  const start = end - SPAN
  const taken = new Set<string>()
  const itemAt = (
    at: number,
    fields: Pick<Item, 'title' | 'summary' | 'url' | 'feed' | 'label' | 'isEvent'>,
  ): Item => ({
    ...fields,
    id: articleId(canonicalUrl(fields.url) ?? fields.url),
    // Feeds give whole seconds.
    at: Math.floor(at / 1_000) * 1_000,
    edition: editionAt(at, end),
  })

  const events = groupBy(texts.headlines, ({ story }) => story)
  const reports = [...events].flatMap(([label, headlines]) => {
    const times = reportTimes(headlines.length, start + random() * (SPAN - LAST_START), end, random)
    return headlines.map((headline, index) => {
      const { title, source } = headline
      const feed = placeIn(feeds, placeOf(source), title, taken).id
      const url = addressOf(headline)
      return itemAt(times[index] ?? end, { title, summary: headline.summary ?? '', url, feed, label, isEvent: true })
    })
  })
  const others = texts.background.map(({ id, title, summary }) => {
    const feed = placeIn(feeds, Math.floor(random() * feeds.length), title, taken)
    const url = `${feed.site}news/${id}`
    return itemAt(start + random() * SPAN, { title, summary, url, feed: feed.id, label: id, isEvent: false })
  })
  const items = [...reports, ...others].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  return { end, feeds, items, events: [...events.keys()], editions: EDITIONS, language: texts.language }
}

const escapeXml = (text: string): string => text.replace(/[<>&]/g, char => `&#${char.charCodeAt(0)};`)

/** The document of a feed in an edition, RSS 2.0, newest first: all that it has carried until then. */
export const renderFeed = ({ items, language }: Day, { id, name, site }: Feed, edition: number): string => {
  const rendered = items
    .filter(item => item.feed === id && item.edition <= edition)
    .toReversed()
    .map(
      ({ title, summary, url, at }) =>
        `<item><title>${escapeXml(title)}</title><link>${escapeXml(url)}</link><guid>${escapeXml(url)}</guid><pubDate>${new Date(at).toUTCString()}</pubDate><description>${escapeXml(summary)}</description></item>`,
    )
  return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>${escapeXml(name)}</title><link>${site}</link><language>${language}</language>${rendered.join('')}</channel></rss>`
}
