/** Writes the table of docs/scaling.md: `npm run scaling`. Put new unit costs in here when they are measured anew. */

import { readFileSync, writeFileSync } from 'node:fs'
import { type Newsroom, needsOf, processes, type UnitCosts } from './costs.ts'

/** As docs/scaling.md names them, with the commands that measure them. */
const MEASURED: UnitCosts = {
  // As they mostly come: two at a time.
  cpuPerThousandArticles: 8.66,
  cpuPerThousandPolls: 1.15,
  cpuPerMillionEvents: { worker: 8.8, redis: 12.8 },
  redisShare: 0.2,
  bytesPerArticle: 11_900,
  bytesPerSource: 1_792,
  bytesPerEventOfAnHour: 66,
}

const ROOMS: readonly Newsroom[] = [
  { name: 'one machine', sources: 1_000, polls: 96, articlesAMonth: 300_000, eventsADay: 10e6, retention: 30 },
  { name: 'a portal', sources: 10_000, polls: 48, articlesAMonth: 2e6, eventsADay: 100e6, retention: 30 },
  { name: 'everything', sources: 100_000, polls: 24, articlesAMonth: 10e6, eventsADay: 1e9, retention: 30 },
]

const round = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value >= 1 ? value.toFixed(1) : value.toFixed(2)
const gigabytes = (bytes: number): string => `${round(bytes / 1e9)} GB`

const rows: [string, (room: Newsroom) => string][] = [
  ['sources; polls of each per day', ({ sources, polls }) => `${sources.toLocaleString('en')}; ${polls}`],
  [
    'articles per month; events per day',
    room => `${room.articlesAMonth / 1e6} million; ${room.eventsADay / 1e6} million`,
  ],
  [
    'in the busiest hour: articles/s, polls/s, events/s',
    room => {
      const needs = needsOf(room, MEASURED)
      return [needs.articlesASecond, needs.pollsASecond, needs.eventsASecond].map(round).join(', ')
    },
  ],
  [
    '`crawl`: busy cores; processes',
    room => {
      const { crawlCores } = needsOf(room, MEASURED)
      return `${round(crawlCores)}; ${processes(crawlCores)}`
    },
  ],
  [
    '`articles`',
    room => {
      const { articleCores } = needsOf(room, MEASURED)
      return `${round(articleCores)}; ${processes(articleCores)}`
    },
  ],
  [
    '`events`',
    room => {
      const { eventCores } = needsOf(room, MEASURED)
      return `${round(eventCores)}; ${processes(eventCores)}`
    },
  ],
  [
    'Redis: busy cores in all; for the event stream, in one server',
    room => {
      const needs = needsOf(room, MEASURED)
      return `${round(needs.redisCores)}; ${round(needs.eventRedisCores)}`
    },
  ],
  ['Redis: memory, half of it again as headroom', room => gigabytes(needsOf(room, MEASURED).redisBytes)],
  ['Redis masters', room => String(needsOf(room, MEASURED).masters)],
]

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = [
  line(['', ...ROOMS.map(({ name }) => name)]),
  line(['---', ...ROOMS.map(() => '---')]),
  ...rows.map(([what, of]) => line([what, ...ROOMS.map(of)])),
].join('\n')

const page = 'docs/scaling.md'
const [begin, end] = ['<!-- npm run scaling -->', '<!-- end -->']
const text = readFileSync(page, 'utf8')
const [before = '', rest = ''] = text.split(begin)
writeFileSync(page, `${before}${begin}\n${table}\n${end}${rest.split(end)[1] ?? ''}`)
console.log(table)
