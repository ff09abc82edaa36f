/**
 * Decides which article leads a story, and when the story was last news. Redis makes this choice itself, atomically
 * with each change (src/articles/join-story.lua); `chooseLead` and `findNewsAt` must agree with it, and are used to
 * explain and to check. Only `leadScore` is used by ingest. (pure)
 */

import type { Article } from '../../domain/article.ts'
import { isCutOff } from './cut-off.ts'
import { findItemKind } from './titles/item-kind.ts'

/** Number of publishers that make a wave: one may copy another, three rarely do. */
export const WAVE = 3

/** In a story of many publishers, a wave is this share of them, so that stragglers do not bring the story up again. */
export const WAVE_SHARE = 0.1

/**
 * ms: a story gets a new lead at most once in this time, and only if a wave of publishers has reported since. If it
 * were shorter, readers would lose the entry that they just saw; if it were longer, the lead would be of another part
 * of the day.
 */
export const LEAD_SPAN = 6 * 3_600_000

/** Score of an article that leads only if there is nothing else. */
const LAST = -1

/**
 * Scores an article within its story: first by the weight of its source, then by how complete it is (summary, image,
 * author). An article whose title is cut off leads only if nothing else does; a reprint, and what is no report on one
 * event, come after that.
 * @param weight weight of its source, 0 to 10
 * @returns the highest score leads: from 0 on; between -1 and 0 for a title that is cut off; -1 for the last
 */
export const leadScore = (
  article: Pick<Article, 'title' | 'language' | 'url' | 'summary' | 'image' | 'author'>,
  weight: number,
  isReprint: boolean,
): number => {
  if (isReprint || findItemKind(article) !== null) return LAST
  const completeness = Number(article.summary !== '') + Number(article.image !== null) + Number(article.author !== null)
  const score = Math.round(weight * 100) * 10 + completeness
  return isCutOff(article.title) ? -1 / (2 + score) : score
}

/** An article within its story: the fields of a Member (src/articles/story-members.ts) that these rules read. */
export interface Report {
  readonly id: string
  /** ISO 8601 of its publication. */
  readonly at: string
  /** The first one owns the article. */
  readonly sources: readonly string[]
  /** Registrable domain of its URL; missing if it was stored by an older version. */
  readonly publisher?: string
  readonly score?: number
  readonly blocked?: boolean
}

const scoreOf = ({ score = 0 }: Report): number => score
const isBlocked = ({ blocked = false }: Report): boolean => blocked
const inOrder = (a: Report, b: Report): number => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1)

/** The members that count as coverage, oldest first: neither reprints nor blocked, unless there is nothing else. */
const listReports = (members: readonly Report[]): readonly Report[] => {
  const all = [...members].sort(inOrder)
  const open = all.filter(member => !isBlocked(member))
  const own = open.filter(member => scoreOf(member) > LAST)
  return own.length > 0 ? own : open.length > 0 ? open : all
}

/**
 * When a story was last news: the latest time since which a wave of publishers has reported. A wave is WAVE publishers
 * or WAVE_SHARE of them, whichever is more, or all of them if there are fewer. So one publisher never brings a story up
 * again, however much it writes: a story of one publisher is as old as its first report. Edits do not count.
 * @param members one at least
 * @returns the `at` of one of them
 */
export const findNewsAt = (members: readonly Report[]): string => findWave(members).newsAt

const findWave = (members: readonly Report[]) => {
  const reports = listReports(members)
  const latest = new Map(reports.map(({ publisher, sources, at }) => [publisher ?? sources[0] ?? '', at]))
  const times = [...latest.values()].sort().reverse()
  const wave = Math.min(times.length, Math.max(WAVE, Math.ceil(WAVE_SHARE * times.length)))
  const newsAt = (times.length === 1 ? reports[0]?.at : times[wave - 1]) ?? ''
  return { newsAt, wave, publishers: times.length }
}

/** Which part of its life a story is in, in spans of LEAD_SPAN since it began; 0 is the first. */
const findSpan = (members: readonly Report[], begunAt: string) => {
  const begun = Date.parse(begunAt)
  const spans = Math.floor((Date.parse(findNewsAt(members)) - begun) / LEAD_SPAN)
  return { spans, from: begun + spans * LEAD_SPAN }
}

/**
 * The article that leads a story. The life of a story is divided into spans of LEAD_SPAN since it began. Articles
 * published in the span in which it was last news go before older ones; then the highest score leads, and at equal
 * scores the article published first. So within a span only a better article takes over, and the choice depends on
 * nothing but the story's articles: the order in which they arrived makes no difference.
 * @param begunAt ISO 8601: publication of the first article that it ever had
 */
export const chooseLead = <T extends Report>(members: readonly T[], begunAt: string): T | undefined => {
  const { spans, from } = findSpan(members, begunAt)
  const isAhead = (one: T, other: T): boolean => {
    if (isBlocked(one) !== isBlocked(other)) return !isBlocked(one)
    if (scoreOf(one) < 0 !== scoreOf(other) < 0) return scoreOf(other) < 0
    if (spans > 0 && scoreOf(one) >= 0) {
      const isNew = Date.parse(one.at) >= from
      if (isNew !== Date.parse(other.at) >= from) return isNew
    }
    return scoreOf(one) > scoreOf(other)
  }
  return [...members]
    .sort(inOrder)
    .reduce<T | undefined>((lead, each) => (!lead || isAhead(each, lead) ? each : lead), undefined)
}

/** Why a story has its lead and its time, for people. */
export interface LeadReason {
  /** The article that leads. */
  readonly lead: string
  readonly why: string
  /** ISO 8601. */
  readonly newsAt: string
  readonly whyThen: string
  /** The article that would lead if only the earlier spans counted; null where there are none. */
  readonly before: string | null
}

/** @returns null for a story without articles */
export const explainLead = (members: readonly Report[], begunAt: string): LeadReason | null => {
  const lead = chooseLead(members, begunAt)
  if (!lead) return null
  const { newsAt, wave, publishers } = findWave(members)
  const { spans, from } = findSpan(members, begunAt)
  const earlier = spans > 0 ? members.filter(({ at }) => Date.parse(at) < from) : []
  const standing =
    scoreOf(lead) < 0
      ? 'nothing else than reprints, cut-off titles and what is no report'
      : earlier.length === 0
        ? `best of its ${members.length}`
        : `best of ${members.length - earlier.length} since ${new Date(from).toISOString()}, when the story's latest span of ${LEAD_SPAN / 3_600_000} hours began; ${earlier.length} are older`
  const score = Math.max(0, scoreOf(lead))
  return {
    lead: lead.id,
    why: `${standing}: source weight ${Math.floor(score / 10) / 100}, ${Math.round(score % 10)} of summary, image and author; among equals the first`,
    newsAt,
    whyThen:
      publishers === 1
        ? 'the first report of its only publisher'
        : `${wave} of ${publishers} publishers have reported since; edits and reprints do not count`,
    before: chooseLead(earlier, begunAt)?.id ?? null,
  }
}
