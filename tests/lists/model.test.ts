/**
 * Random histories of a desk against a naive model in memory that knows nothing of caches, scripts and windows in Redis: after every
 * history each list has the model's entries in the model's order, with the model's counts, and a process that has read
 * nothing yet publishes the same.
 */

import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { Article, ArticleId, StoryId } from '../../src/domain/article.ts'
import type { StreamEntry } from '../../src/events/batch.ts'
import { createEventCounter } from '../../src/events/counter.ts'
import { GROUP } from '../../src/events/counting.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { aListRoom, RARITY } from '../support/lists.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const MINIMUM = 3
const SIZE = 6
const MIN_VISITORS = 2
const SHARE = 2
const SPAN = 30 * MINUTE
const Z = 0.5
const LEAST = 1
const HALF_LIFE = HOUR

/** What articles are alike by: the summary of each has some of these words. */
const TOPICS = ['harbour', 'glacier', 'treaty', 'barrel', 'orchard', 'violin', 'tunnel', 'lantern']
const summaryOf = (made: number): string => TOPICS.filter((_, at) => (made * 37) & (1 << at)).join(' ')
let everyone: ArticleId[] = []

type Step =
  | { kind: 'article'; source: number; section: number; story: number; ago: number }
  | { kind: 'edit'; which: number }
  | { kind: 'merge'; which: number; other: number }
  | { kind: 'split'; which: number }
  | { kind: 'evict'; which: number }
  | { kind: 'view'; which: number; visitor: number; late: number }
  | { kind: 'share'; which: number }
  | { kind: 'clock'; by: number }
  | { kind: 'restart' }
  | { kind: 'publish' }
  | { kind: 'pin'; which: number; place: number; lasts: number }
  | { kind: 'block'; which: number; lasts: number }

const SOURCES = ['courier', 'herald', 'gazette']
const SECTIONS = ['world', 'sports']

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('article' as const),
      source: fc.nat(2),
      section: fc.nat(1),
      story: fc.nat(15),
      ago: fc.integer({ min: 1, max: 5_000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), which: fc.nat(50) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('merge' as const), which: fc.nat(8), other: fc.nat(8) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('split' as const), which: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('evict' as const), which: fc.nat(50) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('view' as const),
      which: fc.nat(8),
      visitor: fc.nat(4),
      late: fc.constantFrom(0, 0, 0, 20, 90, 1_500),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('share' as const), which: fc.nat(50) }) },
  // Never so far back that what was counted lies ahead of its window.
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('clock' as const), by: fc.constantFrom(1, 7, 45, 200, 1_600, -3) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('publish' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('pin' as const),
      which: fc.nat(50),
      place: fc.integer({ min: 1, max: 4 }),
      lasts: fc.integer({ min: 1, max: 300 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('block' as const),
      which: fc.nat(50),
      lasts: fc.integer({ min: 1, max: 300 }),
    }),
  },
)

interface Known {
  readonly article: Article
  readonly story: string
}
interface Seen {
  readonly id: ArticleId
  readonly kind: 'view' | 'share'
  readonly visitor: string
  readonly at: number
}

const room = aListRoom({
  similar: id => everyone.filter(other => other !== id).map(other => ({ id: other, similarity: 0.5 })),
  settings: {
    latest: SIZE,
    mostRead: SIZE,
    mustReads: SIZE,
    minEntries: MINIMUM,
    relatedMinEntries: MINIMUM,
    minVisitors: MIN_VISITORS,
    sourceShare: SHARE,
    trending: SIZE,
    related: SIZE,
    trendZScore: Z,
    trendMinRatio: LEAST,
    staleAfter: '90d',
    ageDay: '3d',
    ageWeek: '8d',
  },
})
const { redis, keys, clock, config } = room

/** Everything, plainly. */
const aModel = () => {
  const known: Known[] = []
  const seen: Seen[] = []
  /** Views that may count, with the day of their visitor. */
  const told: { readonly id: ArticleId; readonly visitor: string; readonly at: number }[] = []
  /** Up to when windows were rolled. */
  const rolled = { to: 0 }
  const editors = {
    pins: new Map<string, { place: number; until: number; at: number }>(),
    blocks: new Map<string, number>(),
  }
  const blocked = (id: string): boolean => (editors.blocks.get(id) ?? 0) > clock.now
  const counts = (id: string) => ({
    views: seen.filter(each => each.id === id && each.kind === 'view').length,
    comments: 0,
    shares: seen.filter(each => each.id === id && each.kind === 'share').length,
  })
  const weight = (source: string): number => 1 + SOURCES.indexOf(source) / 10
  const bestOrder = (a: Known, b: Known): number =>
    weight(b.article.sources[0] ?? '') - weight(a.article.sources[0] ?? '') ||
    a.article.publishedAt - b.article.publishedAt ||
    (a.article.id < b.article.id ? -1 : 1)
  /** When each story began, also where its first article has left it since. */
  const begun = new Map<string, number>()
  const noteBeginnings = (): void => {
    for (const { article, story } of known)
      begun.set(story, Math.min(begun.get(story) ?? Number.POSITIVE_INFINITY, article.publishedAt))
    for (const story of begun.keys()) if (!known.some(each => each.story === story)) begun.delete(story)
  }
  /** When each of the three sources last reported: the earliest of these; of one source, when it first did. */
  const newsOf = (story: string): number => {
    const members = known.filter(each => each.story === story).map(({ article }) => article)
    const times = SOURCES.map(source =>
      Math.max(0, ...members.filter(({ sources }) => sources[0] === source).map(({ publishedAt }) => publishedAt)),
    ).filter(at => at > 0)
    return Math.min(...(times.length === 1 ? members.map(({ publishedAt }) => publishedAt) : times))
  }
  /** Of the span of six hours in which the story was last news, in place of one of an earlier span. */
  const findLead = (members: readonly Known[]): Known | undefined => {
    const story = members[0]?.story ?? ''
    const began = begun.get(story) ?? 0
    const from = began + Math.floor((newsOf(story) - began) / (6 * HOUR)) * 6 * HOUR
    return [...members].filter(({ article }) => article.publishedAt >= (from === began ? 0 : from)).sort(bestOrder)[0]
  }
  const timeOf = (each: Known): number => {
    const lead = findLead(known.filter(({ story }) => story === each.story))
    return lead?.article.id === each.article.id ? newsOf(each.story) : each.article.publishedAt
  }

  /** Each story by its best article that is not blocked: of another publisher than the lead's, each publisher by its best. */
  const shown = (section?: string): Known[] => stories(section).map(({ first }) => first)
  /** Likewise, with those named for the story: its best, and the best of each other publisher. */
  const stories = (section?: string): { first: Known; named: Known[] }[] => {
    const isOf = (each: Known | undefined) => section === undefined || each?.article.sections.includes(section)
    const byStory = new Map<string, Known[]>()
    for (const each of known) byStory.set(each.story, [...(byStory.get(each.story) ?? []), each])
    return [...byStory.values()].flatMap(members => {
      const lead = findLead(members)
      const best = [...members].sort((a, b) => Number(b === lead) - Number(a === lead) || bestOrder(a, b))
      const named = best.filter(
        (each, at) => at === 0 || best.findIndex(one => one.article.sources[0] === each.article.sources[0]) === at,
      )
      const first = named
        .filter(each => each === lead || each.article.sources[0] !== lead?.article.sources[0])
        .find(each => !blocked(each.article.id))
      // A story stands in a section by its lead, and so must what shows it.
      // What is blocked is not named for the story any more, and its reads speak for nothing; the lead's do.
      const isNamed = (each: Known) => each === lead || !blocked(each.article.id)
      return first && isOf(lead) && isOf(first) ? { first, named: named.filter(isNamed) } : []
    })
  }
  const byTime = (a: Known, b: Known): number => timeOf(b) - timeOf(a) || (a.article.id < b.article.id ? -1 : 1)

  const latest = (section?: string): Known[] => {
    const all = shown(section).sort(byTime)
    const several = new Set(all.map(({ article }) => article.sources[0])).size > 1
    const taken: Known[] = []
    const left: Known[] = []
    for (const each of all) {
      if (taken.length === SIZE) break
      const same = taken.slice(-9).filter(({ article }) => article.sources[0] === each.article.sources[0]).length
      if (several && same >= SHARE) left.push(each)
      else taken.push(each)
    }
    return [...taken, ...left.slice(0, SIZE - taken.length)].sort(byTime)
  }

  const AGE: Record<string, number> = { now: 72 * HOUR, hour: 72 * HOUR, day: 72 * HOUR, week: 192 * HOUR }
  const WIDTH: Record<string, [width: number, buckets: number]> = {
    hour: [MINUTE, 60],
    day: [5 * MINUTE, 288],
    week: [HOUR, 168],
  }
  // What has left a window stays out when the clock steps back, and what lies ahead of it then stays in.
  const inWindow = (at: number, window: string): boolean => {
    const [width, buckets] = WIDTH[window] ?? [1, 1]
    return Math.floor(at / width) > Math.floor(rolled.to / width) - buckets
  }
  /** A visitor who comes back another day is another: only hashes of the day are kept. */
  const distinct = (id: string, window: string): number =>
    new Set(
      told
        .filter(each => each.id === id && each.at >= clock.now - (VISITED[window] ?? 0))
        .map(({ visitor }) => visitor),
    ).size
  const VISITED: Record<string, number> = { now: 24 * HOUR, hour: HOUR, day: 24 * HOUR, week: 168 * HOUR }

  const most = (kind: 'view' | 'share', window: string, section?: string): Known[] => {
    const scored = shown(section).flatMap(each => {
      const members = known.filter(({ story }) => story === each.story).map(({ article }) => article.id)
      const events = seen.filter(
        event => members.includes(event.id) && event.kind === kind && (window === 'now' || inWindow(event.at, window)),
      )
      const articles = [...new Set(events.map(({ id }) => id))]
      const visitors = kind === 'view' ? articles.reduce((sum, id) => sum + distinct(id, window), 0) : events.length
      const isOld = clock.now - timeOf(each) > (AGE[window] ?? 0)
      return events.length > 0 && visitors >= (kind === 'view' ? MIN_VISITORS : 1) && !isOld
        ? { each, score: window === 'now' ? worth(events) : events.length }
        : []
    })
    return scored
      .sort((a, b) => b.score - a.score || byTime(a.each, b.each))
      .slice(0, SIZE)
      .map(({ each }) => each)
  }

  /** What reads are still worth; to nine digits, which is what a sum of logarithms keeps. */
  const worth = (events: readonly Seen[]): number =>
    Number(events.reduce((sum, { at }) => sum + 2 ** (-(clock.now - at) / HALF_LIFE), 0).toPrecision(9))

  /** Of all articles of its story. */
  const readsOf = (first: Known, window: string): number =>
    seen.filter(
      ({ id, kind, at }) =>
        kind === 'view' &&
        inWindow(at, window) &&
        known.some(({ article, story }) => article.id === id && story === first.story),
    ).length

  /** Best first, each of a kind taking from the next of its kind; all of a tie by time. */
  const diverse = (
    scored: readonly { each: Known; score: number; publishers?: number }[],
    kindOf: (one: Known) => string,
    factor: number,
  ) => {
    const left = scored.filter(({ score }) => score > 0)
    const chosen: Known[] = []
    while (chosen.length < SIZE && left.length > 0) {
      // What one publisher reports waits for what three or more do.
      const waits = left.some(({ publishers = 1 }) => publishers >= 3)
      const allowed = left.filter(({ publishers = 1 }) => !waits || publishers > 1)
      const now = allowed.map(({ each, score }) => ({
        each,
        score: score * factor ** chosen.filter(one => kindOf(one) === kindOf(each)).length,
        plain: score,
      }))
      now.sort((a, b) => near(b.score, a.score) || near(b.plain, a.plain) || byTime(a.each, b.each))
      const best = now[0]?.each as Known // there are some left
      chosen.push(best)
      left.splice(
        left.findIndex(({ each }) => each === best),
        1,
      )
    }
    return chosen
  }
  const near = (a: number, b: number): number => (Math.abs(a - b) <= 1e-12 * Math.max(a, b) ? 0 : a - b)
  const age = (each: Known): number => Math.max(0, clock.now - timeOf(each))

  const mustReads = (section?: string): Known[] =>
    diverse(
      stories(section).map(({ first, named }) => {
        const weights = [...new Set(named.map(({ article }) => article.sources[0] ?? ''))].map(weight)
        const mean = weights.reduce((sum, each) => sum + each, 0) / weights.length
        const times = Math.min(4, Math.max(0.25, (readsOf(first, 'hour') + 5) / (1 + 5)))
        const score = Math.log2(1 + weights.length) ** 2 * mean * 2 ** (-age(first) / (24 * HOUR)) * times ** 0.5
        return { each: first, publishers: weights.length, score: age(first) > 48 * HOUR ? 0 : score }
      }),
      ({ article }) => article.section,
      section === undefined ? 0.9 : 1,
    )

  const trending = (): Known[] =>
    stories()
      .filter(({ first }) => {
        const members = known.filter(({ story }) => story === first.story)
        const read = members.filter(({ article: { id } }) =>
          seen.some(each => each.id === id && each.kind === 'view' && inWindow(each.at, 'hour')),
        )
        return read.reduce((sum, { article }) => sum + distinct(article.id, 'hour'), 0) >= MIN_VISITORS
      })
      .map(({ first }) => {
        const [hour, day] = [readsOf(first, 'hour'), readsOf(first, 'day')]
        const hours = Math.min(24, Math.max(1, (clock.now - (begun.get(first.story) ?? 0)) / HOUR)) - 1
        const usual = Math.max(hours < 1 ? 0 : Math.max(0, day - hour) / hours, 2)
        const sure = Math.max(0, Math.max(0, Math.sqrt(hour + 3 / 8) - Z / 2) ** 2 - 3 / 8)
        return { each: first, score: sure / usual }
      })
      .filter(({ each, score }) => age(each) <= 72 * HOUR && score >= LEAST)
      .sort((a, b) => near(b.score, a.score) || byTime(a.each, b.each))
      .slice(0, SIZE)
      .map(({ each }) => each)

  const related = (id: string): [Known, string][] => {
    const own = known.find(({ article }) => article.id === id)
    if (blocked(id) || !own) return []
    const beside = stories().flatMap(({ first }) => {
      if (first.story === own.story) return []
      const { section, title, summary } = own.article
      const topics = TOPICS.filter(word => summary.includes(word) && first.article.summary.includes(word)).length
      // Of titles that say no more than a number, corrected ones say so.
      const titled = [title, first.article.title].every(each => each.endsWith('corrected')) ? 1 : 0
      const evidence = 0.6 * (RARITY - 3) * (titled + 0.4 * topics)
      const isAlike = first.article.section === section && titled + topics >= 3 && evidence >= 2.8
      const { views } = counts(first.article.id)
      const read = 1 + (0.05 * views) / (views + 100)
      const score = (evidence / (evidence + 6)) * 2 ** (-age(first) / (48 * HOUR)) * read
      return { each: first, score: isAlike && age(first) <= 168 * HOUR ? score : 0 }
    })
    const list = diverse(beside, ({ article }) => article.sources[0] ?? '', 0.85).map((each): [Known, string] => [
      each,
      'rule',
    ])
    for (const each of [...shown(own.article.section)].sort(byTime))
      if (list.length < MINIMUM && each.story !== own.story && !list.some(([one]) => one.story === each.story))
        list.push([each, 'latest'])
    return list
  }

  const WIDER: Record<string, string[]> = {
    now: ['hour', 'day', 'week'],
    trending: ['now', 'hour', 'day', 'week'],
    hour: ['day', 'week'],
    day: ['week'],
    week: [],
  }
  const filled = (kind: 'view' | 'share', window: string, section?: string): [Known, string][] => {
    const first = { trending, 'must-reads': () => mustReads(section) }[window] ?? (() => most(kind, window, section))
    const list = first().map((each): [Known, string] => [each, 'rule'])
    for (const wider of [...(WIDER[window] ?? []), 'latest']) {
      const more = wider === 'latest' ? latest(section) : most(kind, wider, section)
      for (const each of more)
        if (list.length < MINIMUM && !list.some(([one]) => one.story === each.story)) list.push([each, wider])
    }
    return list
  }

  const withPins = (list: [Known, string][]): [Known, string][] => {
    const pins = [...editors.pins]
      .filter(([id, { until }]) => until > clock.now && !blocked(id))
      .flatMap(([id, pin]) => {
        const each = known.find(({ article }) => article.id === id)
        return each ? { each, ...pin } : []
      })
      .sort((a, b) => a.place - b.place || (a.each.article.id < b.each.article.id ? -1 : 1))
      .filter((pin, at, all) => all.findIndex(({ each }) => each.story === pin.each.story) === at)
    const rest = list.filter(([each]) => !pins.some(pin => pin.each.story === each.story))
    for (const { each, place } of pins) rest.splice(place - 1, 0, [each, 'pin'])
    return rest.slice(0, SIZE)
  }

  const list = (name: string): [Known, string][] => {
    const [rule, second, third] = name.split(':')
    if (rule === 'latest') return latest(second).map(each => [each, 'rule'])
    if (rule === 'related') return related(second ?? '')
    if (rule === 'trending' || rule === 'must-reads') return filled('view', rule, second)
    const whole = filled(rule === 'most-shared' ? 'share' : 'view', second ?? '', third)
    return name === 'most-read:day' ? withPins(whole) : whole
  }
  return { known, seen, told, rolled, editors, list, counts, noteBeginnings }
}

const NAMES = [
  'latest',
  'latest:world',
  'latest:sports',
  'most-read:hour',
  'most-read:day',
  'most-read:week',
  'most-read:week:world',
  'most-read:day:sports',
  'most-shared:day',
  'most-read:now',
  'must-reads',
  'must-reads:world',
  'trending',
]

const forget = async (): Promise<void> => {
  const mine = await redis.keys(`*${keys.prefix}*`)
  if (mine.length > 0) await redis.del(mine)
  await redis.xgroup('CREATE', keys.events(), GROUP, '0', 'MKSTREAM')
  clock.now = NOON
}

/** The desk as one process has it; another after a restart. */
const openDesk = () => {
  const desk = room.open()
  const counter = createEventCounter({
    ...{ redis, keys, blocking: redis, archive: desk.archive, now: () => clock.now },
    settings: () => config.settings.events,
    consumer: 'model',
    log: pino({ level: 'silent' }),
    onRead: desk.visitors.note,
  })
  return { desk, counter }
}

const play = async (steps: readonly Step[]): Promise<void> => {
  await forget()
  everyone = []
  const model = aModel()
  let { desk, counter } = openDesk()
  let made = 0
  let sequence = 0
  let added = 0
  let parted = 0
  /** Stories that were merged, and into which. */
  const into = new Map<string, string>()
  const findStory = (id: string): string => (into.has(id) ? findStory(into.get(id) ?? '') : id)
  const move = (ids: readonly ArticleId[], story: string): void => {
    for (const [index, each] of model.known.entries())
      if (ids.includes(each.article.id)) model.known[index] = { ...each, story }
  }
  const pick = (which: number): Known | undefined => model.known[which % Math.max(1, model.known.length)]

  for (const one of steps) {
    model.noteBeginnings()
    if (one.kind === 'article') {
      made += 1
      const source = SOURCES[one.source] ?? ''
      const article = anArticle({
        title: `Story ${made}`,
        summary: summaryOf(made),
        source,
        section: SECTIONS[one.section] ?? '',
        publishedAt: clock.now - one.ago * MINUTE,
        firstSeenAt: clock.now,
      })
      await desk.takeIn([{ article, decision: newIn(`s${one.story}`) }])
      model.known.push({ article, story: findStory(`s${one.story}`) })
      everyone.push(article.id)
    }
    if (one.kind === 'clock') clock.now += one.by * MINUTE
    if (one.kind === 'restart') ({ desk, counter } = openDesk())
    if (one.kind === 'publish') for (const name of NAMES) await desk.publisher.publish(name)
    const picked = 'which' in one ? pick(one.which) : undefined
    if (!picked) continue
    const { id } = picked.article
    if (one.kind === 'edit') {
      const article = { ...picked.article, title: `${picked.article.title}, corrected`, publishedAt: clock.now }
      await desk.takeIn([{ article, decision: newIn(picked.story) }])
      model.known[model.known.indexOf(picked)] = { ...picked, article: { ...picked.article, title: article.title } }
    }
    // What a worker keeps in memory would be wrong afterwards.
    if (one.kind === 'merge' || one.kind === 'split' || one.kind === 'evict')
      for (const name of ['most-read:week', 'trending', `related:${id}`]) await desk.publisher.publish(name)
    const from = picked.story as StoryId
    const members = model.known.filter(({ story }) => story === from).map(({ article }) => article.id)
    if (one.kind === 'merge') {
      const to = (pick(one.other)?.story ?? from) as StoryId
      if (to === from) continue
      await desk.changes.noteIngested(await desk.archive.merge(from, to, clock.now))
      into.set(from, to)
      move(members, to)
    }
    if (one.kind === 'split' && members.length > 1) {
      parted += 1
      const to = `part${parted}` as StoryId
      await desk.changes.noteIngested(await desk.archive.split(from, to, [id], clock.now))
      move([id], to)
    }
    if (one.kind === 'evict') {
      await desk.eviction.begin([id])
      model.known.splice(model.known.indexOf(picked), 1)
    }
    if (one.kind === 'view' || one.kind === 'share') {
      const late = one.kind === 'view' ? one.late : 0
      const [at, visitor] = [clock.now - late * MINUTE, one.kind === 'view' ? `v${one.visitor}` : '']
      // As Redis numbers entries: never back, also where its clock steps back.
      added = Math.max(added, clock.now)
      sequence += 1
      await redis.xadd(
        keys.events(),
        `${added}-${sequence}`,
        ...['kind', one.kind, 'article', id, 'visitor', visitor, 'at', String(at)],
      )
      const read = (await redis.xreadgroup(
        'GROUP',
        GROUP,
        'model',
        'COUNT',
        10,
        'STREAMS',
        keys.events(),
        '>',
      )) as unknown as [[string, StreamEntry[]]] // as Redis answers
      await counter.countEntries(read[0][1])
      model.rolled.to = Math.max(model.rolled.to, clock.now)
      if (one.kind === 'view') model.told.push({ id, at, visitor: `${visitor} ${Math.floor(at / (24 * HOUR))}` })
      const repeated = model.seen.some(
        each => each.kind === 'view' && each.id === id && each.visitor === visitor && Math.abs(each.at - at) < SPAN,
      )
      if (one.kind === 'share' || !repeated) model.seen.push({ id, kind: one.kind, visitor, at })
    }
    if (one.kind === 'pin') {
      const until = clock.now + one.lasts * MINUTE
      await desk.editors.place({
        kind: 'pin',
        what: id,
        list: 'most-read:day',
        place: one.place,
        by: 'ed',
        at: clock.now,
        until,
      })
      model.editors.pins.set(id, { place: one.place, until, at: clock.now })
    }
    if (one.kind === 'block') {
      const until = clock.now + one.lasts * MINUTE
      await desk.editors.place({ kind: 'block', what: id, list: '*', by: 'ed', at: clock.now, until })
      model.editors.blocks.set(id, until)
    }
  }
  model.noteBeginnings()
  // Windows roll with the next batch that is counted.
  await counter.countEntries([])
  model.rolled.to = Math.max(model.rolled.to, clock.now)
  const fresh = openDesk().desk
  for (const name of [...NAMES, ...everyone.slice(0, 4).map(id => `related:${id}`)]) {
    await desk.publisher.publish(name)
    const entries = await room.list(name)
    expect({ [name]: entries.map(({ title, placedBy, counts }) => [title, placedBy, counts]) }).toEqual({
      [name]: model.list(name).map(([{ article }, placedBy]) => [article.title, placedBy, model.counts(article.id)]),
    })
    await fresh.publisher.publish(name)
    expect({ [name]: await room.list(name) }).toEqual({ [name]: entries })
  }
}

describe('lists after any history', () => {
  it('lists after any history equal those of a naive model: entries, order, counts and terms of their scores', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), play), {
      numRuns: Number(process.env.MODEL_RUNS ?? 40),
      endOnFailure: false,
    })
  })
})
