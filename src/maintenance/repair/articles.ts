/** Checks articles, their index, the ids that resolve to them, and related keys. */

import { readMembers, scanKeys } from '../../redis/scan.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import { asArticle, type Check, filterGone, findGone, stripKey } from './check.ts'
import { runnable } from './run-check.ts'

const dropBroken = loadScript(new URL('./drop-broken.lua', import.meta.url))
const dropIf = loadScript(new URL('./drop-if.lua', import.meta.url))

const NEEDED = ['id', 'url', 'title', 'publishedAt', 'section'] as const

const broken: Check<string> = {
  id: 'broken-articles',
  what: 'hashes of articles that lack id, URL, title, date or section',
  pages: ({ redis, keys }) => scanKeys(redis, `${keys.article('')}*`),
  async wrong({ redis }, page) {
    const found = await Promise.all(page.map(key => redis.hmget(key, ...NEEDED)))
    const there = await Promise.all(page.map(key => redis.exists(key)))
    return page.filter((_, at) => there[at] === 1 && found[at]?.some(value => value === null))
  },
  show: key => key,
  async mend({ redis, keys, changes }, key) {
    await runScript(redis, dropBroken, [key], [])
    await changes.note({ articles: [asArticle(stripKey(key, keys.article('')))], stories: [] })
  },
}

/** The score that an article should have in the index; null if there is no such article. */
const computeScores = (
  { redis, keys }: Parameters<Check<string>['wrong']>[0],
  ids: readonly string[],
): Promise<(number | null)[]> =>
  Promise.all(
    ids.map(async id => {
      const at = Date.parse((await redis.hget(keys.article(id), 'publishedAt')) ?? '')
      return Number.isNaN(at) ? null : at
    }),
  )

const unindexed: Check<string> = {
  id: 'articles-not-in-index',
  what: 'articles that are not in the index by age, or at a wrong place in it',
  async *pages({ redis, keys }) {
    for await (const page of scanKeys(redis, `${keys.article('')}*`))
      yield page.map(key => stripKey(key, keys.article('')))
  },
  async wrong(parts, page) {
    const { redis, keys } = parts
    if (page.length === 0) return []
    const [current, wanted] = await Promise.all([
      redis.zmscore(keys.articleIndex(), ...page),
      computeScores(parts, page),
    ])
    return page.filter((_, at) => wanted[at] !== null && Number(current[at] ?? Number.NaN) !== wanted[at])
  },
  show: id => id,
  async mend(parts, id) {
    const [score] = await computeScores(parts, [id])
    if (score !== null && score !== undefined) await parts.redis.zadd(parts.keys.articleIndex(), score, id)
  },
}

const indexedThoughGone: Check<string> = {
  id: 'index-without-article',
  what: 'entries of the index by age whose article is gone',
  pages: ({ redis, keys }) => readMembers(redis, keys.articleIndex()),
  async wrong(parts, page) {
    if (page.length === 0) return []
    const [gone, current] = await Promise.all([
      findGone(parts, page),
      parts.redis.zmscore(parts.keys.articleIndex(), ...page),
    ])
    return page.filter((id, at) => gone.has(id) && current[at] !== null)
  },
  show: id => id,
  async mend(parts, id) {
    await parts.redis.zrem(parts.keys.articleIndex(), id)
    // It may have been ingested again at this very moment: index and article do not share a slot.
    await unindexed.mend(parts, id)
  },
}

interface Alias {
  readonly key: string
  readonly target: string
}

const aliases: Check<Alias> = {
  id: 'aliases-without-article',
  what: 'ids of URLs that lead to an article that is gone',
  async *pages({ redis, keys }) {
    for await (const page of scanKeys(redis, `${keys.alias('')}*`)) {
      const targets = await Promise.all(page.map(key => redis.get(key)))
      yield page.flatMap((key, at) => (targets[at] ? [{ key, target: targets[at] }] : []))
    }
  },
  async wrong(parts, page) {
    const gone = await findGone(
      parts,
      page.map(({ target }) => target),
    )
    const current = await Promise.all(page.map(({ key }) => parts.redis.get(key)))
    return page.filter(({ target }, at) => gone.has(target) && current[at] === target)
  },
  show: ({ key, target }) => `${key} to ${target}`,
  mend: ({ redis }, { key, target }) => runScript(redis, dropIf, [key], [target]),
}

interface RelatedKey {
  readonly key: string
  readonly article: string
}

const leftovers: Check<RelatedKey> = {
  id: 'left-of-gone-articles',
  what: 'visitors, readers in common and places in lists of articles that are gone',
  async *pages({ redis, keys }) {
    const backLinks = `{${keys.prefix}:related-back-links:`
    for (const before of [keys.viewedBy(''), keys.coViewed(''), backLinks])
      for await (const page of scanKeys(redis, `${before}*`))
        yield page.map(key => ({ key, article: key.slice(key.lastIndexOf(':') + 1) }))
  },
  async wrong(parts, page) {
    const suspects = await filterGone(parts, page)
    const there = await Promise.all(suspects.map(({ key }) => parts.redis.exists(key)))
    return suspects.filter((_, at) => there[at] === 1)
  },
  show: ({ key }) => key,
  mend: ({ redis }, { key }) => redis.unlink(key),
}

export const articleChecks = [
  runnable(broken),
  runnable(unindexed),
  runnable(indexedThoughGone),
  runnable(aliases),
  runnable(leftovers),
]
