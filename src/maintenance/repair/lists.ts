/**
 * Checks published lists: none may contain an article that no longer exists, and no related list may outlive its
 * article.
 */

import { idOfEntry, removeFromList } from '../../lists/remove-articles.ts'
import { scanKeys } from '../../redis/scan.ts'
import { asArticle, type Check, filterGone, findGone, stripKey } from './check.ts'
import { runnable } from './run-check.ts'

interface Shown {
  readonly list: string
  readonly article: string
}

const entries: Check<Shown> = {
  id: 'entries-of-gone-articles',
  what: 'entries of lists whose article is gone',
  async *pages({ redis, keys }) {
    for await (const page of scanKeys(redis, `${keys.list('')}*`))
      for (const key of page)
        yield (await redis.lrange(key, 0, -1)).flatMap(entry => {
          const article = idOfEntry(entry)
          return article === null ? [] : [{ list: stripKey(key, keys.list('')), article }]
        })
  },
  async wrong(parts, page) {
    const { redis, keys } = parts
    const suspects = await filterGone(parts, page)
    const names = [...new Set(suspects.map(({ list }) => list))]
    const shown = await Promise.all(
      names.map(async name => (await redis.lrange(keys.list(name), 0, -1)).map(entry => `${name} ${idOfEntry(entry)}`)),
    )
    const current = new Set(shown.flat())
    return suspects.filter(({ list, article }) => current.has(`${list} ${article}`))
  },
  show: ({ list, article }) => `${article} in ${list}`,
  async mend({ redis, keys, now }, { list, article }) {
    const [last] = await redis.xrevrange(keys.changes(), '+', '-', 'COUNT', 1)
    await removeFromList(redis, keys, list, { articles: [asArticle(article)], asOf: last?.[0] ?? '0-0', at: now() })
  },
}

const related: Check<string> = {
  id: 'related-without-article',
  what: 'related lists of articles that are gone',
  async *pages({ redis, keys }) {
    const before = keys.list('related:')
    for await (const page of scanKeys(redis, `${before}*`)) yield page.map(key => stripKey(key, before))
    const [from = '', after = ''] = keys.listMeta('related:\n').split('\n')
    for await (const page of scanKeys(redis, `${from}*${after}`)) yield page.map(key => stripKey(key, from, after))
  },
  async wrong(parts, page) {
    const { redis, keys } = parts
    const gone = await findGone(parts, page)
    const there = await Promise.all(
      page.map(id => redis.exists(keys.list(`related:${id}`), keys.listMeta(`related:${id}`))),
    )
    return page.filter((id, at) => gone.has(id) && (there[at] ?? 0) > 0)
  },
  show: id => `related:${id}`,
  mend: ({ redis, keys }, id) => redis.unlink(keys.list(`related:${id}`), keys.listMeta(`related:${id}`)),
}

export const listChecks = [runnable(related), runnable(entries)]
