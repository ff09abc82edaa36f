import { z } from 'zod'
import { span, Tick } from '../../util/units.ts'
import { LIVE } from './restart.ts'

const size = (entries: number, what: string) =>
  z.int().min(1).max(1_000).default(entries).describe(`Number of entries in ${what}.`)

const weight = (exponent: number, what: string) =>
  z
    .number()
    .min(0)
    .max(10)
    .default(exponent)
    .describe(`Weight of ${what} in must-reads, as an exponent. 0: it does not count.`)

const show = (shown: boolean, what: string) => z.boolean().default(shown).describe(`Whether lists show ${what}.`)

const diversity = (factor: number, what: string) => z.number().min(0).max(1).default(factor).describe(what)

/** What the lists contain and how they are ranked. YAML key: `lists`. */
export const ListSettings = z
  .strictObject({
    refresh: Tick.prefault('30s').describe(
      'How often lists that depend on time or reads are recomputed. Must divide a minute evenly.',
    ),
    settle: span('0ms', '1m')
      .prefault('200ms')
      .describe(
        'Debounce: a list is written at most once in this time. The first change is written at once, the rest of a burst when the time is up, or after ten times as long as the lists took to rank and write, half a second at most.',
      ),
    history: span('0ms', '30d')
      .prefault('48h')
      .describe('How long changes of the lists are remembered, to show what changed. 0ms: they are not.'),
    retireAfter: span('0ms')
      .prefault('1d')
      .describe(
        'How long a list stays in Redis once its section, language or group is configured no longer, such as after a rename. Until then it is not ranked anymore, but loses what is evicted or blocked.',
      ),
    language: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 language tag, such as en or pt-BR')
      .default('en')
      .describe('Language of the section labels in entries, as a BCP 47 tag.'),
    latest: size(100, 'latest, overall and per section'),
    mostRead: size(50, 'most-read, most-commented and most-shared'),
    mustReads: size(30, 'must-reads'),
    trending: size(30, 'trending'),
    related: size(6, 'related'),
    languages: z
      .array(z.string().regex(/^[a-z]{2,3}$/, 'must be a language such as en or de'))
      .default([])
      .describe('Languages that also get lists of their own, such as latest:language:de.'),
    groups: z
      .record(
        z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a group is 1 to 32 of a-z, 0-9 and -, starting with a letter'),
        z.array(z.string()).min(1, 'must name the id of one source at least'),
      )
      .default({})
      .describe(
        'Groups of sources that also get lists of their own, such as latest:group:<name>: a map from name to source ids.',
      ),
    showLandingPages: show(
      false,
      'landing pages, which name a section, a topic or a site and no news, such as "Top Entertainment Stories"',
    ),
    showBulletins: show(
      false,
      'bulletins, whose title says only what is issued and when, such as "Horoscope for 9 June" or "20:00"',
    ),
    showRoundUps: show(
      true,
      'round-ups, several pieces of news under one title, such as "Morning briefing: A; B; C". They are in no story with others either way',
    ),
    poolSize: z
      .int()
      .min(100)
      .max(100_000)
      .default(2_000)
      .describe('How many of the newest stories, overall and per section, are candidates for the lists.'),
    minEntries: z
      .int()
      .min(0)
      .max(100)
      .default(5)
      .describe(
        'Lists ranked by reads that have fewer entries are backfilled, first from longer windows, then from latest.',
      ),
    relatedMinEntries: z
      .int()
      .min(0)
      .max(100)
      .default(0)
      .describe(
        "Related lists that have fewer entries are backfilled from latest of the article's section. 0: they stay short rather than show what has nothing to do with the article.",
      ),
    minVisitors: z
      .int()
      .min(1)
      .max(50)
      .default(3)
      .describe(
        'Minimum number of distinct visitors an article needs to enter a list ranked by reads. Shares and comments need one.',
      ),
    staleAfter: span('1m')
      .prefault('1h')
      .describe('If no event is reported for this long, lists ranked by reads are frozen and marked stale.'),
    sourceShare: z
      .int()
      .min(1)
      .max(10)
      .default(4)
      .describe('Maximum number of entries of one source among any ten of latest, as long as other sources have news.'),
    maxAgeNow: span('1m')
      .prefault('3d')
      .describe('Maximum age of articles in trending and in lists of the windows `now` and `hour`.'),
    ageDay: span('1m').prefault('3d').describe('Maximum age of articles in lists of the window `day`.'),
    ageWeek: span('1m').prefault('8d').describe('Maximum age of articles in lists of the window `week`.'),
    mustReadsAge: span('1m').prefault('48h').describe('Maximum age of stories in must-reads.'),
    mustReadsHalfLife: span('1s')
      .prefault('24h')
      .describe('Time after which the freshness of a story counts half in must-reads.'),
    weightBreadth: weight(2, 'the number of publishers that report a story'),
    weightSource: weight(1, 'the weights of its sources'),
    weightFreshness: weight(1, 'freshness'),
    weightReads: weight(0.5, 'reads in relation to the baseline'),
    sectionDiversity: diversity(
      0.9,
      'Factor by which each must-read of a section reduces the score of the next of that section. 1: no diversity.',
    ),
    relatedAge: span('1m').prefault('7d').describe('Maximum age of related articles.'),
    relatedHalfLife: span('1s').prefault('2d').describe('Time after which an article counts half in related.'),
    relatedDiversity: diversity(
      0.85,
      'Factor by which each related article of a source reduces the score of the next of that source. 1: no diversity.',
    ),
    coReadWeight: z
      .number()
      .min(0)
      .max(10)
      .default(1)
      .describe('Weight of co-views in related, next to the similarity of the text. 0: co-views do not count.'),
    coViewSampleRate: z
      .int()
      .min(1)
      .max(10_000)
      .default(8)
      .describe(
        'Sample rate of co-views: one reader in this many is tracked to find which articles are read together.',
      ),
    trendZScore: z
      .number()
      .min(0)
      .max(5)
      .default(1.96)
      .describe('Confidence that the last hour of a trending article is above its baseline, in standard deviations.'),
    trendMinRatio: z
      .number()
      .min(1)
      .max(100)
      .default(1.5)
      .describe('Minimum ratio of the last hour to the baseline of a trending article, at that confidence.'),
  })
  .prefault({})
  .meta(LIVE)
export type ListSettings = z.infer<typeof ListSettings>
