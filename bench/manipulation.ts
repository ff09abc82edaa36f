/**
 * What it takes to push an article into "most read": `npm run bench:manipulation [-- readers ...]`. Honest readers of an hour and forged reads go
 * through the counter, with the bounds as they ship and without, until the article stands among the first five. A Redis of its own.
 * Everything told is a count, none is a time: it is the same on every machine.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { EventSettings } from '../src/config/sections/events.ts'
import { HttpSettings } from '../src/config/sections/public-server.ts'
import type { ArticleId } from '../src/domain/article.ts'
import { createCounting } from '../src/events/counting.ts'
import { createTops } from '../src/events/top-articles.ts'
import { connectRedis } from '../src/redis/connect.ts'
import { keysFor } from '../src/redis/keys.ts'
import { resolveRedis } from '../src/redis/server.ts'
import { seeded } from '../src/util/seeded-random.ts'
import { renderTable } from '../src/util/table.ts'

const HOUR = 3_600_000
const NOON = Date.UTC(2026, 4, 4, 12)
const ARTICLES = 200
const PLACE = 5
const BATCH = 2_500
/** Readers by where they are: share of them, and how many are behind one address. */
const PLACES = [
  { share: 0.8, behind: 2 },
  { share: 0.15, behind: 64 },
  { share: 0.05, behind: 500 },
] as const

const asked = process.argv.slice(2).map(Number)
const wanted = asked.length > 0 ? asked : [1_000, 10_000, 100_000]
if (!wanted.every(readers => readers >= 100 && readers <= 1_000_000)) {
  console.error('How many readers: numbers from 100 to 1000000.')
  process.exit(2)
}

const dir = mkdtempSync(join(tmpdir(), 'newsdesk-bench-'))
const server = await resolveRedis({ dataDir: dir, durable: false, say: line => console.error(line) })
const redis = connectRedis(server.address, pino({ level: 'warn' }, pino.destination(2)), 'bench')

const idOf = (index: number) => index.toString(16).padStart(16, '0') as ArticleId
const TARGET = idOf(ARTICLES)
type Read = Readonly<Record<string, string>>

/** Readers of the last hour, one read each; the tenth article is read a tenth as often as the first. */
const honest = (readers: number): Read[] => {
  const random = seeded(7)
  return Array.from({ length: readers }, (_, index) => {
    const kind = random()
    const place = kind < PLACES[2].share ? 2 : kind < PLACES[2].share + PLACES[1].share ? 1 : 0
    const { share, behind } = PLACES[place]
    return {
      kind: 'view',
      article: idOf(Math.floor(ARTICLES ** random()) - 1),
      visitor: `reader ${index}`,
      network: `${place} ${Math.floor((random() * readers * share) / behind)}`,
      at: String(NOON - Math.floor(random() * HOUR)),
    }
  })
}

let desks = 0
const testDaemon = (some: Record<string, unknown>) => {
  const keys = keysFor(`manipulation-${desks++}`)
  const settings = EventSettings.parse(some)
  const archive = { resolve: async (ids: readonly ArticleId[]) => [...ids] }
  const counting = createCounting({ redis, keys, archive, settings: () => settings })
  const tops = createTops({ redis, keys, halfLife: () => settings.halfLife, now: () => NOON })
  let sequence = 0
  return {
    tops,
    async count(reads: readonly Read[]): Promise<number> {
      let counted = 0
      for (let from = 0; from < reads.length; from += BATCH) {
        const entries = reads.slice(from, from + BATCH).map(read => {
          sequence += 1
          return [`${NOON}-${sequence}`, Object.entries(read).flat()] as const
        })
        counted += (await counting.count(entries, { base: keys.eventState(''), group: '', now: NOON, from: 0 })).counted
      }
      return counted
    },
  }
}
type Desk = ReturnType<typeof testDaemon>

const WINDOWS = ['hour', 'now', 'week'] as const
const isThere = async ({ tops }: Desk, window: (typeof WINDOWS)[number]) =>
  (await tops('view', window, PLACE)).some(({ article }) => article === TARGET)

/** Sends what a round of an attack sends until the article is there. @returns events sent and rounds made; null where it never is */
const attack = async (desk: Desk, window: (typeof WINDOWS)[number], most: number, round: (index: number) => Read[]) => {
  let events = 0
  for (let rounds = 1; rounds <= most; rounds += 1) {
    const reads = round(rounds)
    events += reads.length
    await desk.count(reads)
    if (await isThere(desk, window)) return { events, rounds }
  }
  return null
}

const { perNetwork } = EventSettings.parse({})
const { perMinute } = HttpSettings.parse({})
const forged = (visitor: string, network: string, at = NOON): Read => ({
  kind: 'view',
  article: TARGET,
  visitor,
  network,
  at: String(at),
})
const TEN = Array.from({ length: 10 }, (_, index) => index)
/** Attacks, a round at a time. */
const ATTACKS = [
  { name: 'one visitor again and again', most: 200, round: () => TEN.map(() => forged('one', 'one')) },
  {
    name: 'one address, each read another visitor',
    most: 1_000,
    round: (index: number) => TEN.map(each => forged(`forged ${index} ${each}`, 'one')),
  },
  {
    name: 'one address, and times of the whole week',
    most: 1_000,
    round: (index: number) => TEN.map(each => forged(`forged ${index} ${each}`, 'one', NOON - (index % 168) * HOUR)),
  },
  {
    name: 'many addresses, as many visitors at each as may count',
    most: 200,
    round: (index: number) =>
      Array.from({ length: perNetwork }, (_, each) => forged(`forged ${index} ${each}`, `address ${index}`)),
  },
]

const rows: string[][] = []
try {
  for (const readers of wanted) {
    const reads = honest(readers)
    for (const [bounds, some] of [
      ['without', { perNetwork: 0, perMinute: 0 }],
      ['as they ship', {}],
    ] as const) {
      for (const { name, most, round } of ATTACKS) {
        const window = name.includes('week') ? 'week' : 'hour'
        const desk = testDaemon(some)
        const counted = await desk.count(reads)
        const fifth = (await desk.tops('view', window, PLACE)).at(-1)?.count ?? 0
        const done = await attack(desk, window, most, round)
        rows.push([
          String(readers),
          `${((100 * (readers - counted)) / readers).toFixed(2)} %`,
          String(fifth),
          bounds,
          name,
          done === null
            ? `never, in ${most * round(1).length} events`
            : `${done.events} events${name.startsWith('many') ? ` from ${done.rounds} addresses` : ''}`,
        ])
        await redis.flushall()
      }
    }
  }
  const columns = ['Readers', 'Honest refused', 'Reads of the fifth', 'Bounds', 'Attack', 'It takes'].map(
    (title, index) => ({ title, value: (row: string[]) => row[index] ?? '' }),
  )
  for (const line of renderTable(rows, columns, 200)) console.log(line)
  console.log(
    `\nevents.perNetwork is ${perNetwork}; an address may send ${perMinute} events a minute (http.perMinute).`,
  )
} finally {
  redis.disconnect()
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
}
