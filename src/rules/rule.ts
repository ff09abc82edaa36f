/**
 * A rule: which items it matches, and what is done with them. Rules are configuration (config/rules.yaml), or were added
 * while newsdesk runs (live rules). (pure)
 */

import { z } from 'zod'
import { KEPT_CONTENT } from '../domain/content.ts'
import { SectionId } from '../domain/section.ts'
import { SourceId } from '../domain/source.ts'
import { Duration } from '../util/units.ts'

export const RuleId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a rule id is 1 to 64 of a-z, 0-9 and -, such as no-horoscopes')

export const MAX_RULES = 2_000
const MAX_VALUES = 1_000
const MAX_PHRASE = 200
const MAX_PATTERN = 1_000
/** Labels that an article has at most. */
export const MAX_LABELS = 8

/** One value, or a list of them. */
const some = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    written => (Array.isArray(written) ? written : [written]),
    z.array(schema).min(1, 'must name one at least').max(MAX_VALUES, `must have ${MAX_VALUES} entries at most`),
  )

/** A phrase, found as whole words whatever its case; or a regular expression. */
const TextTerm = z.union(
  [
    z
      .string()
      .max(MAX_PHRASE)
      .regex(/[^\s*]/),
    z.strictObject({ pattern: z.string().min(1).max(MAX_PATTERN) }),
  ],
  {
    error: `must be a phrase of 1 to ${MAX_PHRASE} characters, or a regular expression written as { pattern: '…' } of 1 to ${MAX_PATTERN} characters`,
  },
)
export type TextTerm = z.output<typeof TextTerm>

const Language = z.string().regex(/^[a-z]{2,3}$/, 'must be a primary language tag, such as en')

const PublisherDomain = z
  .string()
  .regex(/^(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63}$/, 'must be a domain in lower case, such as example.org')

const range = <Schema extends z.ZodType<number>>(amount: Schema) =>
  z
    .strictObject({
      /** This much or more. */
      min: amount.optional(),
      /** Less than this. */
      max: amount.optional(),
    })
    .refine(({ min, max }) => min !== undefined || max !== undefined, 'must have min, max or both')
    .refine(({ min, max }) => min === undefined || max === undefined || min < max, 'min must be below max')

/** Each names what it looks at; any of its values will do. */
export const Conditions = z.strictObject({
  /** Ids of sources. */
  source: some(SourceId).optional(),
  /** Domains of the article's page, with everything below them. */
  publisher: some(PublisherDomain).optional(),
  title: some(TextTerm).optional(),
  /** Title and summary. */
  text: some(TextTerm).optional(),
  author: some(TextTerm).optional(),
  /** Categories as the publisher gives them. */
  category: some(TextTerm).optional(),
  /** A phrase is found anywhere in the URL. */
  url: some(TextTerm).optional(),
  /** Sections by evidence: of its first three, any. */
  section: some(SectionId).optional(),
  /** Primary language tags. */
  language: some(Language).optional(),
  /** Number of words of the text if the feed carries it and it is kept, else of title and summary. */
  words: range(z.int().min(0)).optional(),
  /** Time between its publication and its arrival. */
  age: range(Duration).optional(),
})
export type Conditions = z.output<typeof Conditions>

export const TEXT_FIELDS = ['title', 'text', 'author', 'category', 'url'] as const
export type TextField = (typeof TEXT_FIELDS)[number]

const hasOne = (value: object): boolean => Object.values(value).some(each => each !== undefined)

/** What is done with an item. */
export const Actions = z.strictObject({
  /** It becomes no article. */
  drop: z.literal(true).optional(),
  /** It is stored, and in no list. */
  hide: z.literal(true).optional(),
  /** Its primary section, whatever the evidence. */
  section: SectionId.optional(),
  /** Sections that it is in as well. */
  addSection: some(SectionId).optional(),
  /** For services to show, such as sponsored, paywall, breaking or opinion. */
  label: some(
    z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a label is 1 to 32 of a-z, 0-9 and -, such as sponsored'),
  ).optional(),
  /** Factor on the weight of its source, in must-reads and for the lead of a story. */
  weight: z.number().min(0).max(10).optional(),
  /** Keeps less of its text than the source does. */
  content: z.enum(KEPT_CONTENT).exclude(['html']).optional(),
  /** false: it joins no story of other articles. */
  story: z.literal(false).optional(),
})
export type Actions = z.output<typeof Actions>

export const Rule = z.strictObject({
  id: RuleId,
  /** For people: why there is this rule. */
  note: z.string().max(500).optional(),
  enabled: z.boolean().default(true),
  /** All of these must hold. */
  when: Conditions.refine(hasOne, 'must have one condition at least: a rule for every item is a mistake'),
  /** None of these may hold. */
  unless: Conditions.refine(hasOne, 'must have one condition at least, or be left out').optional(),
  do: Actions.refine(hasOne, 'must have one action at least, such as drop: true'),
})
export type Rule = z.output<typeof Rule>

/** Whether all rules that match are applied, or only the first. */
export const APPLY = ['all', 'first'] as const
export type Apply = (typeof APPLY)[number]

export interface RuleSet {
  readonly apply: Apply
  readonly rules: readonly Rule[]
}

export const NO_RULES: RuleSet = { apply: 'all', rules: [] }
