/** Compares what is in Redis with what must be there, once an hour. Each check returns what is wrong, in words. */

import { type createCount, type WindowName, windowNames } from './count.ts'
import { type Stage, until } from './stage.ts'

const HOUR = 3_600_000

/** URLs of all articles that are there, by id. */
const readUrls = async ({ redis, keys }: Stage): Promise<Map<string, string>> => {
  const found = new Map<string, string>()
  // Sent together: there may be hundreds of thousands, every hour.
  for await (const page of redis.scanStream({ match: keys.article('*'), count: 1_000 }) as AsyncIterable<string[]>)
    for (const [id, url] of await Promise.all(page.map(key => redis.hmget(key, 'id', 'url'))))
      if (id && url) found.set(id, url)
  return found
}

/** @returns how a window differs from the truth; '' if it does not */
const findDifference = async (
  { redis, keys }: Stage,
  window: WindowName,
  truth: ReadonlyMap<string, number>,
  urlOf: ReadonlyMap<string, string>,
): Promise<string> => {
  const flat = await redis.zrange(keys.eventWindow('view', window), 0, '-1', 'WITHSCORES')
  const stands = new Map<string, number>()
  for (let at = 0; at < flat.length; at += 2) stands.set(urlOf.get(flat[at] ?? '') ?? '', Number(flat[at + 1]))
  // Articles older than the retention are gone, so they are not compared.
  const there = new Set(urlOf.values())
  let differs = ''
  for (const [url, reads] of truth)
    if (there.has(url) && stands.get(url) !== reads) differs = `${url} has ${stands.get(url)}, not ${reads}`
  for (const url of stands.keys()) if (url !== '' && !truth.has(url)) differs = `${url} is in it, and was not read`
  return differs
}

/** Compares every window, article by article. */
export const compareWindows = async (stage: Stage, count: ReturnType<typeof createCount>): Promise<string[]> => {
  const urlOf = await readUrls(stage)
  const wrong: string[] = []
  for (const window of windowNames) {
    let differs = ''
    const isSame = await until(async () => {
      differs = await findDifference(stage, window, count.in(window, stage.now()), urlOf)
      return differs === ''
    })
    if (!isSame) wrong.push(`window ${window}: ${differs}`)
  }
  return wrong
}

/**
 * Every list was looked at since then, and shows nothing older than may be shown.
 * @param since     ms since the epoch
 * @param retention in days
 */
export const checkAges = async (
  { redis, keys, now }: Stage,
  names: readonly string[],
  since: number,
  retention: number,
): Promise<string[]> => {
  const wrong: string[] = []
  for (const name of names) {
    const [checkedAt, entries] = await Promise.all([
      redis.hget(keys.listMeta(name), 'checkedAt'),
      redis.lrange(keys.list(name), 0, -1),
    ])
    if (Date.parse(checkedAt ?? '') < since || checkedAt === null) wrong.push(`${name} was last looked at ${checkedAt}`)
    const oldest = entries.map(json => Date.parse((JSON.parse(json) as { publishedAt: string }).publishedAt))
    // A list of the past may show what was still there when it was written.
    if (oldest.some(at => at < now() - retention * 24 * HOUR - 2 * HOUR))
      wrong.push(`${name} shows what is older than ${retention} days`)
  }
  return wrong
}
