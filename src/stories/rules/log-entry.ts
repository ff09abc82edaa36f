/**
 * Entries of the log of decisions, and how they are written: short, since Redis holds one for every article of the window. Terms are 32-bit
 * numbers in base64, five characters and a third each. (pure)
 */

import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Decision, Merge, Pin } from '../../domain/story-decision.ts'
import type { Features, Term } from './features.ts'

/** What an article's best story was when it arrived; null where no story shared a word with it. */
export interface Arrived {
  readonly story: StoryId | null
  /** In nats. */
  readonly score: number
  readonly needed: number
}

export interface Decided {
  readonly features: Features
  readonly decision: Decision
  readonly arrived: Arrived | null
}

/** @typeParam At ms since the epoch: when it was logged, by the log's clock */
export type LogEntry = (Decided | { readonly pin: Pin }) & { readonly at: number }

/** As it stands in the log. One letter a field: i article, s source, l language, h title, t and b its terms, p published, k kind and o of whom,
 *  y story, m merges, w what it was weighed against. */
interface Written {
  readonly i: ArticleId
  readonly s?: SourceId
  readonly l: string
  readonly h: string
  readonly t: string
  readonly b?: string
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

/** A score as the log keeps it: who decided is to remember no more than who reads. */
export const asLogged = (score: number): number => Math.round(score * 100) / 100

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
    publishedAt: read.p ?? null,
  }
  return { features, decision: decisionOf(read, merges), arrived: arrivedOf(read), at }
}

const decisionOf = ({ k, o, y }: Written, merges: readonly Merge[]): Decision => {
  if (k === 's' && o !== undefined) return { kind: 'same', as: o, story: y, merges }
  if (k === 'r' && o !== undefined) return { kind: 'reprint', of: o, story: y, merges }
  return { kind: 'new', story: y, merges }
}

const arrivedOf = ({ w }: Written): Arrived | null => (w ? { story: w[0], score: w[1], needed: w[2] } : null)
