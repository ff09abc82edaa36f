import { z } from 'zod'
import { span, Tick } from '../../util/units.ts'
import { LIVE } from './restart.ts'

const size = (entries: number, what: string) =>
  z.int().min(1).max(1_000).default(entries).describe(`Entries of ${what}.`)

const weight = (exponent: number, what: string) =>
  z
    .number()
    .min(0)
    .max(10)
    .default(exponent)
    .describe(`How much ${what} counts in must-reads: an exponent; 0 is not at all.`)

const diversity = (factor: number, what: string) => z.number().min(0).max(1).default(factor).describe(what)

/** What the lists hold and how they are ranked. YAML key: `lists`. */
export const ListSettings = z
  .strictObject({
    refresh: Tick.prefault('30s').describe(
      'How often lists that change with time or reads are written anew. Divides a minute.',
    ),
    settle: span('0ms', '1m')
      .prefault('200ms')
      .describe('A list is written at most once in this time: the first change at once, a burst once more at its end.'),
    language: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 language tag, such as en or pt-BR')
      .default('en')
      .describe('Language of the section labels in entries (BCP 47).'),
    latest: size(100, 'latest, overall and of a section'),
    mostRead: size(50, 'most-read, most-commented and most-shared'),
    mustReads: size(30, 'must-reads'),
    trending: size(30, 'trending'),
    related: size(6, 'related'),
    languages: z
      .array(z.string().regex(/^[a-z]{2,3}$/, 'must be a language such as en or de'))
      .default([])
      .describe('Languages that have lists of their own besides, such as latest:language:de.'),
    groups: z
      .record(
        z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a group is 1 to 32 of a-z, 0-9 and -, starting with a letter'),
        z.array(z.string()).min(1, 'must name the id of one source at least'),
      )
      .default({})
      .describe('Groups of sources that have lists of their own besides: name to ids of sources. latest:group:<name>.'),
    minimum: z
      .int()
      .min(0)
      .max(100)
      .default(5)
      .describe('A list of reads with fewer entries is filled up from wider windows, then from latest.'),
    minVisitors: z
      .int()
      .min(1)
      .max(50)
      .default(3)
      .describe('What fewer distinct visitors read is in no list of reads; shares and comments need one.'),
    staleAfter: span('1m')
      .prefault('1h')
      .describe(
        'When no event was reported for so long, input has stopped: lists of reads stay as they are, marked stale.',
      ),
    sourceShare: z
      .int()
      .min(1)
      .max(10)
      .default(4)
      .describe('Most entries of one source among any ten of latest, as long as others have news.'),
    ageNow: span('1m')
      .prefault('3d')
      .describe('Articles older than this are not in lists of now, of the hour or trending.'),
    ageDay: span('1m').prefault('3d').describe('Articles older than this are not in lists of the day.'),
    ageWeek: span('1m').prefault('8d').describe('Articles older than this are not in lists of the week.'),
    mustReadsAge: span('1m').prefault('48h').describe('Stories older than this are no must-reads.'),
    mustReadsHalfLife: span('1s').prefault('8h').describe('After this time a story counts half in must-reads.'),
    weightBreadth: weight(1, 'how many publishers tell a story'),
    weightSource: weight(1, 'the weight of its publishers'),
    weightFreshness: weight(1, 'freshness'),
    weightReads: weight(0.5, 'how much more it is read than usual'),
    sectionDiversity: diversity(
      0.8,
      'What each must-read of a section leaves of the score of the next; 1 is no diversity.',
    ),
    relatedAge: span('1m').prefault('7d').describe('Articles older than this are not suggested as related.'),
    relatedHalfLife: span('1s').prefault('2d').describe('After this time an article counts half in related.'),
    relatedDiversity: diversity(0.85, 'What each related article of a source leaves of the score of the next.'),
    coReadWeight: z
      .number()
      .min(0)
      .max(10)
      .default(1)
      .describe('How much readers in common count in related beside likeness of the text; 0 counts no readers.'),
    coReaders: z
      .int()
      .min(1)
      .max(10_000)
      .default(8)
      .describe('One reader in so many is looked at for which articles are read together.'),
    trendConfidence: z
      .number()
      .min(0)
      .max(5)
      .default(1.96)
      .describe('Standard deviations by which the last hour of a trending article must be sure to be above the usual.'),
    trendLeast: z
      .number()
      .min(1)
      .max(100)
      .default(1.5)
      .describe('Times the usual that the last hour of a trending article must surely reach.'),
  })
  .prefault({})
  .meta(LIVE)
export type ListSettings = z.infer<typeof ListSettings>
