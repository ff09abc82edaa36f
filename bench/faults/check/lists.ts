/** Lists as any reader sees them: whole and ordered at every moment, and in the end what the articles say they are. */

import type { Redis } from 'ioredis'
import type { Stored } from './articles.ts'
import { type Violation, violation } from './truth.ts'

/** What one look at a list gave, its entries and its meta read in one MULTI. */
export interface Seen {
  readonly name: string
  readonly entries: readonly string[]
  readonly meta: Readonly<Record<string, string>>
}

interface Entry {
  readonly rank: number
  readonly id: string
  readonly title: string
  readonly url: string
  readonly publishedAt: string
  /** Missing if an older version wrote it. */
  readonly newsAt?: string
  readonly story: { readonly id: string }
}

export const lookAt = async (redis: Redis, prefix: string, name: string): Promise<Seen> => {
  const answers = await redis
    .multi()
    .lrange(`${prefix}:list:${name}`, 0, -1)
    .hgetall(`{${prefix}:list:${name}}:meta`)
    .exec()
  const [[error, entries] = [], [, meta] = []] = answers ?? []
  if (error || answers === null) throw error ?? new Error('not answered')
  return { name, entries: entries as string[], meta: meta as Record<string, string> }
}

const parse = (json: string): Entry | null => {
  try {
    const entry = JSON.parse(json) as Partial<Entry>
    const isWhole =
      typeof entry.rank === 'number' &&
      [entry.id, entry.title, entry.url, entry.publishedAt, entry.story?.id].every(
        each => typeof each === 'string' && each !== '',
      )
    return isWhole ? (entry as Entry) : null
  } catch {
    return null
  }
}

const twice = (values: readonly string[]): string | undefined =>
  values.find((value, place) => values.indexOf(value) !== place)

/** What is wrong with a list by itself, whenever it is read. (pure) */
export const checkSeen = ({ name, entries: written, meta }: Seen): Violation[] => {
  const found: Violation[] = []
  const say = (what: Violation['what'], detail: string) => found.push(violation(what, `${name}: ${detail}`))
  const entries = written.map(parse)
  const unreadable = entries.indexOf(null)
  if (unreadable >= 0) say('entry unreadable', `entry ${unreadable + 1} is ${written[unreadable]?.slice(0, 100)}`)
  const whole = entries.filter(entry => entry !== null)
  const misplaced = whole.findIndex(({ rank }, place) => rank !== place + 1)
  if (misplaced >= 0) say('ranks wrong', `entry ${misplaced + 1} says it is ${whole[misplaced]?.rank}`)
  const article = twice(whole.map(({ id }) => id))
  if (article !== undefined) say('entry twice', article)
  const story = twice(whole.map(each => each.story.id))
  if (story !== undefined) say('story twice', story)
  if (written.length !== Number(meta.count ?? 0))
    say('list half written', `${written.length} entries, and its meta counts ${meta.count ?? 0}`)
  if (/^latest(?::|$)/.test(name)) {
    const times = whole.map(({ newsAt, publishedAt }) => newsAt ?? publishedAt)
    const early = times.findIndex((time, place) => time > (times[place - 1] ?? '9'))
    if (early >= 0) say('order wrong', `entry ${early + 1} is newer than the one before it`)
  }
  return found
}

/** Compares each look at a list with the one before. */
export const createMemory = () => {
  const before = new Map<string, { readonly version: number; readonly count: number }>()
  return {
    /** What was written may have gone with a Redis that was killed: what comes next is compared with nothing. */
    forget: () => before.clear(),
    check({ name, entries, meta }: Seen): Violation[] {
      const version = Number(meta.version ?? 0)
      const last = before.get(name)
      before.set(name, { version, count: entries.length })
      if (!last) return []
      if (version < last.version) return [violation('version fell', `${name}: from ${last.version} to ${version}`)]
      if (entries.length === 0 && last.count > 0)
        return [violation('list emptied', `${name}: it had ${last.count} entries`)]
      return []
    },
  }
}

const listIn = (json: string | undefined): string[] => JSON.parse(json ?? '[]') as string[] // as the contract has it

/** What `latest` and the sections' `latest` must be, from the hashes of stories and articles alone: those of one second in any order. (pure) */
export const checkLatest = (seen: readonly Seen[], { articles, stories }: Stored, size: number): Violation[] => {
  const published = new Map(articles.map(({ id = '', publishedAt = '' }) => [id, publishedAt]))
  const open = stories.filter(({ into }) => into === undefined)
  return seen.flatMap(({ name, entries }) => {
    const section = /^latest:(.+)$/.exec(name)?.[1]
    const leads = open
      .filter(({ sections }) => section === undefined || listIn(sections).includes(section))
      // An older version wrote no time of the story's last news.
      .map(({ lead = '', newsAt }) => ({ lead, at: newsAt ?? published.get(lead) ?? '' }))
    const times = new Map(leads.map(({ lead, at }) => [lead, at]))
    const wanted = leads.map(({ at }) => at).sort((a, b) => (a < b ? 1 : -1))
    const stands = entries.map(entry => parse(entry)?.id ?? '')
    const places = Math.min(size, wanted.length)
    const stranger = stands.find(id => !leads.some(({ lead }) => lead === id))
    const differs = stands.findIndex((id, place) => times.get(id) !== wanted[place])
    const wrong = (detail: string) => violation('list not up to date', `${name}: ${detail}`)
    if (stands.length !== places) return wrong(`${stands.length} entries, not ${places}`)
    if (stranger !== undefined) return wrong(`${stranger} leads no story of it`)
    return differs < 0
      ? []
      : wrong(`entry ${differs + 1} is of ${times.get(stands[differs] ?? '')}, not of ${wanted[differs]}`)
  })
}

/** That every list's latest change was told in the stream of updates. */
export const checkUpdates = async (redis: Redis, prefix: string, seen: readonly Seen[]): Promise<Violation[]> => {
  const told = new Map<string, number>()
  for (const [, fields] of await redis.xrange(`${prefix}:updates`, '-', '+')) {
    const field = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
    told.set(field('list'), Math.max(told.get(field('list')) ?? 0, Number(field('version'))))
  }
  return seen.flatMap(({ name, meta }) => {
    const version = Number(meta.version ?? 0)
    const last = told.get(name) ?? 0
    return last < version ? violation('update untold', `${name}: version ${version}, told up to ${last}`) : []
  })
}
