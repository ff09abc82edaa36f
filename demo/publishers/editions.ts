/**
 * The items that each publisher carries at a moment: events happen one after another on a fast clock, are reported by
 * publishers that cover their section, reprinted, and sometimes corrected. The same seed and start give the same
 * editions. (pure)
 */

import type { SectionId } from '../../src/domain/section.ts'
import { EVENTS, PEOPLE, PLACES, type StandEvent, type Telling } from './events.ts'
import { type DemoPublisher, PUBLISHERS } from './publishers.ts'

export interface StandItem {
  readonly id: string
  /** Path of its page under the publisher. */
  readonly path: string
  readonly title: string
  readonly text: string
  readonly author: string | null
  readonly section: SectionId
  readonly category: string
  /** ms since the epoch. */
  readonly publishedAt: number
  /** When its headline was corrected, ms since the epoch; null if it was not. */
  readonly updatedAt: number | null
}

export interface DemoClock {
  readonly seed: number
  /** ms since the epoch: when the stand opened. */
  readonly start: number
  /** Speed of events relative to real time. */
  readonly speed: number
}

/** Events that happened before the newsstand opened, spread over a day and a half. */
const BACKLOG = EVENTS.length * 2
const BACKLOG_SPAN = 36 * 3_600_000
/** ms between two events, and between two publishers' reports of one, at speed 1. */
const EVENT_GAP = 6 * 60_000
const REPORT_GAP = 4 * 60_000
const CORRECTED_AFTER = 10 * 60_000
const CARRIED = 30

/** A deterministic hash of numbers (xorshift after Marsaglia, 2003). */
const mix = (...parts: readonly number[]): number => {
  let state = 0x9e3779b9
  for (const part of parts) {
    state ^= part + 0x7f4a7c15
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
  }
  return state >>> 0
}

const pick = <T>(list: readonly T[], by: number): T => list[by % list.length] as T // lists here are never empty

/** Events go through all sections, in another order each time round. */
const eventAt = (index: number, seed: number): StandEvent => {
  const round = Math.floor(index / EVENTS.length)
  const step = [5, 7, 13, 17, 19, 23][mix(seed, round) % 6] ?? 5
  const bySection = [...EVENTS.keys()].sort((a, b) => (a % 4) - (b % 4) || a - b)
  return EVENTS[bySection[(index * step + mix(seed, round, 1)) % EVENTS.length] ?? 0] ?? pick(EVENTS, index)
}

const happenedAt = (index: number, { start, speed }: DemoClock): number =>
  index < BACKLOG
    ? start - BACKLOG_SPAN + (BACKLOG_SPAN / BACKLOG) * index
    : start + ((index - BACKLOG + 1) * EVENT_GAP) / speed

/** Number of events that have happened. */
const eventsBy = (now: number, clock: DemoClock): number =>
  Math.min(100_000, BACKLOG + Math.max(0, Math.floor(((now - clock.start) * clock.speed) / EVENT_GAP)))

const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)

const fill = (text: string, index: number, seed: number): string => {
  const place = mix(seed, index, 2)
  return text
    .replaceAll('{place}', pick(PLACES, place))
    .replaceAll('{other}', pick(PLACES, place + 1 + (mix(seed, index, 3) % (PLACES.length - 2))))
    .replaceAll('{person}', pick(PEOPLE, mix(seed, index, 4)))
    .replaceAll('{n}', String(3 + (mix(seed, index, 5) % 47)))
}

/**
 * A publisher's report of an event: a version in its language, the wire's copy shortened and with another headline, or
 * nothing.
 */
const reportBy = (publisher: DemoPublisher, event: StandEvent, index: number, seed: number): Telling | null => {
  if (!publisher.covers.includes(event.section)) return null
  const { language } = publisher
  // Languages are keys of an event.
  if (language !== 'en') return (event as unknown as Record<string, Telling | undefined>)[language] ?? null
  const [wire] = event.en
  if (!wire) return null
  if (publisher.id === 'meridian') return wire
  if (publisher.reprints) {
    // Reprints every second wire story: the first sentences unchanged, with a headline of its own.
    if (mix(seed, index, 6) % 2 === 0)
      return [
        pick(event.en, event.en.length - 1)[0],
        `(Meridian Wire) ${wire[1].split('. ').slice(0, 1).join('. ')}${wire[1].includes('. ') ? '.' : ''}`,
      ]
    return null
  }
  // Few publishers report everything; those whose own section it is always do.
  if (publisher.section !== event.section && mix(seed, index, publisher.id.length) % 3 === 0) return null
  const own = 1 + (PUBLISHERS.indexOf(publisher) % Math.max(1, event.en.length - 1))
  return event.en[own] ?? wire
}

/** Sometimes a headline is published with a typo, and corrected a little later. */
const withTypo = (title: string): string => title.replace(/(\p{L})(\p{L})(\p{L}{3,})$/u, '$2$1$3')

/** The items that a publisher carries at a moment, newest first. */
export const listItems = (publisher: DemoPublisher, now: number, clock: DemoClock): StandItem[] => {
  const items: StandItem[] = []
  const place = PUBLISHERS.indexOf(publisher)
  for (let index = eventsBy(now, clock) - 1; index >= 0 && items.length < CARRIED; index -= 1) {
    const event = eventAt(index, clock.seed)
    const report = reportBy(publisher, event, index, clock.seed)
    if (!report) continue
    const delay = (REPORT_GAP * ((place * 7 + index) % 5)) / (index < BACKLOG ? 1 : clock.speed)
    const publishedAt = happenedAt(index, clock) + delay
    if (publishedAt > now) continue
    const title = fill(report[0], index, clock.seed)
    const hasTypo = mix(clock.seed, index, place, 8) % 9 === 0 && publisher.language === 'en'
    const correctedAt = publishedAt + CORRECTED_AFTER / clock.speed
    const corrected = now >= correctedAt
    items.push({
      id: `${publisher.id}-${clock.seed}-${index}`,
      path: `${slug(event.category)}/${index}-${slug(title) || event.section}`,
      title: hasTypo && !corrected ? withTypo(title) : title,
      text: fill(report[1], index, clock.seed),
      author: publisher.authors.length > 0 ? pick(publisher.authors, mix(clock.seed, index, 9)) : null,
      section: event.section,
      category: event.category,
      publishedAt,
      updatedAt: hasTypo && corrected ? correctedAt : null,
    })
  }
  return items.sort((a, b) => b.publishedAt - a.publishedAt)
}
