/**
 * The sections of a site. The taxonomy is configuration (config/sections.yaml); the code hard-codes no section, except
 * that opinion is recognised by its form.
 */

import { z } from 'zod'

/** Lower-case identifier of a section as used in keys and entries, for instance `world`. */
export const SectionId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'a section id is 1 to 32 of a-z, 0-9 and -, starting with a letter')
export type SectionId = z.infer<typeof SectionId>

const Country = z.string().regex(/^[A-Z]{2}$/, 'a country is two capitals of ISO 3166-1, such as JP')

const Places = z.strictObject({
  /** Continents whose countries belong to it: AF, AN, AS, EU, NA, OC, SA. */
  continents: z.array(z.enum(['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA'])).default([]),
  /** Further countries that belong to it. */
  countries: z.array(Country).default([]),
  /** Countries of those continents that do not belong to it. */
  except: z.array(Country).default([]),
  /** Cities, regions and peoples, in any language. */
  names: z.array(z.string().min(1)).default([]),
})

export const Section = z.strictObject({
  id: SectionId,
  /** Labels by BCP 47 language; `en` is the fallback. */
  labels: z.record(z.string(), z.string().min(1)),
  /** The section that this one belongs to: its articles also count for the parent. */
  parent: SectionId.optional(),
  /** Words that a publisher's category may use, in any language, lower case. */
  synonyms: z.array(z.string().min(1)).default([]),
  /** Words in a URL path that are evidence for this section. */
  urlWords: z.array(z.string().min(1)).default([]),
  /** Words in headlines that are evidence for this section; these are enough to add a section. */
  words: z.array(z.string().min(1)).default([]),
  /** Places that are evidence for a section that covers a region of the world. */
  places: Places.optional(),
})
export type Section = z.infer<typeof Section>

export type Taxonomy = readonly Section[]

/** Labels of all sections in a language, by id. */
export const labelSections = (taxonomy: Taxonomy, language: string): Readonly<Record<SectionId, string>> =>
  Object.fromEntries(taxonomy.map(({ id }) => [id, findLabel(taxonomy, id, language)]))

/** The label for a language, falling back to that of its base language, then to English. */
export const selectLabel = (labels: Section['labels'] | undefined, language: string): string | undefined =>
  labels?.[language] ?? labels?.[language.split('-')[0] ?? ''] ?? labels?.en

/** Label of a section in a language, falling back to English, then to the id. */
export const findLabel = (taxonomy: Taxonomy, id: SectionId, language = 'en'): string =>
  selectLabel(taxonomy.find(section => section.id === id)?.labels, language) ?? id
