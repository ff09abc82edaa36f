/** Writes the table of docs/scaling.md: `npm run scaling`. Enter new unit costs here when they are measured again. */

import { readFileSync, writeFileSync } from 'node:fs'
import { computeNeeds, type Newsroom, processes, type UnitCosts } from './costs.ts'

/** Measured unit costs, as named in docs/scaling.md with the commands that measure them. */
const MEASURED: UnitCosts = {
  // Typically two at a time.
  cpuPerThousandArticles: 8.66,
  cpuPerThousandPolls: 1.15,
  cpuPerMillionEvents: { worker: 8.8, redis: 12.8 },
  redisShare: 0.2,
  bytesPerArticle: 11_900,
  bytesPerSource: 1_792,
  bytesPerEventOfAnHour: 66,
}

const NEWSROOMS: readonly Newsroom[] = [
  { name: 'one machine', sources: 1_000, polls: 96, articlesAMonth: 300_000, eventsADay: 10e6, retention: 30 },
  { name: 'a portal', sources: 10_000, polls: 48, articlesAMonth: 2e6, eventsADay: 100e6, retention: 30 },
  { name: 'everything', sources: 100_000, polls: 24, articlesAMonth: 10e6, eventsADay: 1e9, retention: 30 },
]

const round = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value >= 1 ? value.toFixed(1) : value.toFixed(2)
const gigabytes = (bytes: number): string => `${round(bytes / 1e9)} GB`

const rows: [string, (newsroom: Newsroom) => string][] = [
  ['sources; polls of each per day', ({ sources, polls }) => `${sources.toLocaleString('en')}; ${polls}`],
  [
    'articles per month; events per day',
    newsroom => `${newsroom.articlesAMonth / 1e6} million; ${newsroom.eventsADay / 1e6} million`,
  ],
  [
    'in the busiest hour: articles/s, polls/s, events/s',
    newsroom => {
      const needs = computeNeeds(newsroom, MEASURED)
      return [needs.articlesASecond, needs.pollsASecond, needs.eventsASecond].map(round).join(', ')
    },
  ],
  [
    '`crawl`: busy cores; processes',
    newsroom => {
      const { crawlCores } = computeNeeds(newsroom, MEASURED)
      return `${round(crawlCores)}; ${processes(crawlCores)}`
    },
  ],
  [
    '`articles`',
    newsroom => {
      const { articleCores } = computeNeeds(newsroom, MEASURED)
      return `${round(articleCores)}; ${processes(articleCores)}`
    },
  ],
  [
    '`events`',
    newsroom => {
      const { eventCores } = computeNeeds(newsroom, MEASURED)
      return `${round(eventCores)}; ${processes(eventCores)}`
    },
  ],
  [
    'Redis: busy cores in all; for the event stream, in one server',
    newsroom => {
      const needs = computeNeeds(newsroom, MEASURED)
      return `${round(needs.redisCores)}; ${round(needs.eventRedisCores)}`
    },
  ],
  ['Redis: memory, half of it again as headroom', newsroom => gigabytes(computeNeeds(newsroom, MEASURED).redisBytes)],
  ['Redis masters', newsroom => String(computeNeeds(newsroom, MEASURED).masters)],
]

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = [
  line(['', ...NEWSROOMS.map(({ name }) => name)]),
  line(['---', ...NEWSROOMS.map(() => '---')]),
  ...rows.map(([what, of]) => line([what, ...NEWSROOMS.map(of)])),
].join('\n')

const page = 'docs/scaling.md'
const [begin, end] = ['<!-- npm run scaling -->', '<!-- end -->']
const text = readFileSync(page, 'utf8')
const [before = '', rest = ''] = text.split(begin)
writeFileSync(page, `${before}${begin}\n${table}\n${end}${rest.split(end)[1] ?? ''}`)
console.log(table)
