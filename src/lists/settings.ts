import { z } from 'zod'
import { Duration } from '../settings/units.ts'

const size = (entries: number, what: string) =>
  z.int().min(1).max(1_000).default(entries).describe(`Entries of ${what}.`)

/** What the lists hold and how they are ranked. YAML key: `lists`. */
export const ListSettings = z
  .strictObject({
    refresh: Duration.prefault('30s').describe(
      'How often lists that change with time or reads are written anew. Divides a minute.',
    ),
    settle: Duration.prefault('200ms').describe(
      'How long a list waits for more changes before it is written: a burst writes it once.',
    ),
    language: z.string().default('en').describe('Language of the section labels in entries (BCP 47).'),
    latest: size(100, 'latest, overall and of a section'),
    mostRead: size(50, 'most-read, most-commented and most-shared'),
    mustReads: size(30, 'must-reads'),
    related: size(10, 'related'),
    minimum: z
      .int()
      .min(0)
      .max(100)
      .default(5)
      .describe('A list of reads with fewer entries is filled up from wider windows, then from latest.'),
    sourceShare: z
      .int()
      .min(1)
      .max(10)
      .default(4)
      .describe('Most entries of one source among any ten of latest, as long as others have news.'),
    mustReadsAge: Duration.prefault('48h').describe('Stories older than this are no must-reads.'),
    mustReadsHalfLife: Duration.prefault('8h').describe('After this time a story counts half in must-reads.'),
    relatedAge: Duration.prefault('7d').describe('Articles older than this are not suggested as related.'),
  })
  .prefault({})
export type ListSettings = z.infer<typeof ListSettings>
