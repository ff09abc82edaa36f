/**
 * Entries of the story log and their compact format, since Redis holds one for every article of the window. Terms are
 * 32-bit numbers in base64, 5⅓ characters each.
 */

import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Decision, Merge, Pin } from '../../domain/story-decision.ts'
import type { Features, Term } from './features.ts'

/** An article's best-matching story on arrival. */
export interface Arrived {
  readonly story: StoryId | null
  /** Mean similarity relative to the coherence of both (src/stories/rules/relatedness.ts). */
  readonly score: number
  readonly needed: number
}

export interface Decided {
  readonly features: Features
  readonly decision: Decision
  readonly arrived: Arrived | null
}

/**
 * A decided article or an editor's pin; `at` is the time at which it was logged, ms since the epoch by the log's clock.
 */
export type LogEntry = (Decided | { readonly pin: Pin }) & { readonly at: number }

/**
 * An entry as logged, one letter per field: i article, s source, l language, h title hash, t terms of the title, b
 * terms of the summary, u terms of the address, p published, k kind, o the other article for that kind, y story, m merges, w best match on
 * arrival.
 */
interface Written {
  readonly i: ArticleId
  readonly s?: SourceId
  readonly l: string
  readonly h: string
  readonly t: string
  readonly b?: string
  readonly u?: string
  readonly p?: number
  readonly k?: 's' | 'r'
  readonly o?: ArticleId
  readonly y: StoryId
  readonly m?: readonly (readonly [from: StoryId, into: StoryId])[]
  readonly w?: readonly [story: StoryId | null, score: number, needed: number]
}

const pack = (terms: readonly Term[]): string => Buffer.from(Int32Array.from(terms).buffer).toString('base64')
const unpack = (text: string): Term[] => {
  const bytes = Buffer.from(text, 'base64')
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readInt32LE(index * 4))
}

/** Rounds a score as the log stores it, so that the process that decided has the same value as those that read it. */
export const roundScore = (score: number): number => Math.round(score * 100) / 100

export const writeEntry = (entry: Decided | { readonly pin: Pin }): string => {
  if ('pin' in entry) return JSON.stringify(entry)
  const { features, decision, arrived } = entry
  const of = decision.kind === 'same' ? decision.as : decision.kind === 'reprint' ? decision.of : undefined
  const written: Written = {
    i: features.id,
    ...(features.source === '' ? {} : { s: features.source }),
    l: features.language,
    h: features.titleHash,
    t: pack(features.title),
    ...(features.summary.length > 0 ? { b: pack(features.summary) } : {}),
    ...(features.slug.length > 0 ? { u: pack(features.slug) } : {}),
    ...(features.publishedAt === null ? {} : { p: features.publishedAt }),
    ...(of === undefined ? {} : { k: decision.kind === 'same' ? 's' : 'r', o: of }),
    y: decision.story,
    ...(decision.merges.length > 0 ? { m: decision.merges.map(({ from, into }) => [from, into] as const) } : {}),
    ...(arrived ? { w: [arrived.story, arrived.score, arrived.needed] as const } : {}),
  }
  return JSON.stringify(written)
}

export const readEntry = (json: string, at: number): LogEntry => {
  const read = JSON.parse(json) as Written | { readonly pin: Pin } // written by writeEntry
  if ('pin' in read) return { pin: read.pin, at }
  const merges = (read.m ?? []).map(([from, into]): Merge => ({ from, into }))
  const features: Features = {
    id: read.i,
    source: read.s ?? '',
    language: read.l,
    titleHash: read.h,
    title: unpack(read.t),
    summary: unpack(read.b ?? ''),
    slug: unpack(read.u ?? ''),
    publishedAt: read.p ?? null,
  }
  return { features, decision: parseDecision(read, merges), arrived: parseArrived(read), at }
}

const parseDecision = ({ k, o, y }: Written, merges: readonly Merge[]): Decision => {
  if (k === 's' && o !== undefined) return { kind: 'same', as: o, story: y, merges }
  if (k === 'r' && o !== undefined) return { kind: 'reprint', of: o, story: y, merges }
  return { kind: 'new', story: y, merges }
}

const parseArrived = ({ w }: Written): Arrived | null => (w ? { story: w[0], score: w[1], needed: w[2] } : null)
