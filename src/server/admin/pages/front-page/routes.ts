/** The start page: the lists as published. Edits of an entry go to its article (../articles/routes.ts). */

import { Router } from 'express'
import type { ArticleId } from '../../../../domain/article.ts'
import type { Entry } from '../../../../domain/entry.ts'
import type { Panel } from '../../../../lists/definitions/definition.ts'
import { LISTS } from '../../../../lists/registry.ts'
import { readNetMoves } from '../../../../use-cases/list-changes.ts'
import { can } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { textOf } from '../../web/respond.ts'
import { readTitles } from '../articles/titles.ts'
import { summarise } from '../changes/view.ts'
import type { FirstRunView } from './first-run-view.ts'
import { frontPage, type ListView, type Opened } from './view.ts'

const HOUR = 3_600_000

export const frontRoutes = ({
  redis,
  keys,
  archive,
  explainEntry,
  overrides,
  sections,
  readSummaries,
  listsUrl,
  show,
  now,
}: PageParts): Router => {
  const router = Router()

  const readLists = async (wanted: readonly Pick<Panel, 'list' | 'title' | 'entries'>[]): Promise<ListView[]> => {
    const [published, changes] = await Promise.all([
      Promise.all(wanted.map(({ list, entries }) => redis.lrange(keys.list(list), 0, entries - 1))),
      Promise.all(wanted.map(({ list }) => readNetMoves({ redis, keys }, list, now() - HOUR))),
    ])
    return wanted.map(({ list, title }, index) => ({
      ...{ list, title, changed: summarise(changes[index] ?? []) },
      entries: (published[index] ?? []).map(json => JSON.parse(json) as Entry), // written by publish
    }))
  }

  const open = async (list: string, article: string): Promise<Opened | null> => {
    if (list === '' || article === '') return null
    const entries = await redis.lrange(keys.list(list), 0, '-1')
    const place = entries.findIndex(json => (JSON.parse(json) as Entry).id === article) // written by publish
    const [why, [stored]] = await Promise.all([
      place < 0 ? null : explainEntry(list, place + 1),
      archive.articles([article as ArticleId]), // looked up
    ])
    return { list, article, why, isMoved: stored?.evidence.some(({ from }) => from === 'editor') ?? false }
  }

  /** null once anything was published. */
  const readFirstRun = async (main: readonly ListView[], mayAdd: boolean): Promise<FirstRunView | null> => {
    if (main.some(({ entries }) => entries.length > 0)) return null
    const summaries = await readSummaries()
    const polled = summaries.filter(({ source }) => source.enabled)
    const url = listsUrl()
    return {
      ...{ sources: summaries.length, polled: polled.length, mayAdd },
      fetched: polled.filter(({ lastFetchAt }) => lastFetchAt !== null).length,
      command:
        url === null ? `redis-cli lrange ${keys.list('must-reads')} 0 9` : `curl '${url}/v1/lists/must-reads?limit=10'`,
    }
  }

  router.get('/', async (request, response) => {
    const known = sections()
    const [main, aside, bySection, inForce, opened] = await Promise.all([
      readLists(LISTS.panels('main')),
      readLists(LISTS.panels('aside')),
      readLists(known.flatMap(({ id, label }) => LISTS.sectionPanels(id).map(panel => ({ ...panel, title: label })))),
      overrides(),
      open(textOf(request.query, 'list'), textOf(request.query, 'article')),
    ])
    const view = {
      ...{ main, aside, bySection, opened, overrides: inForce, sections: known },
      mayAct: can(response, 'editor'),
      now: now(),
      titles: await readTitles(archive, inForce),
      firstRun: await readFirstRun(main, can(response, 'admin')),
    }
    show(request, response, {
      title: 'Front page',
      at: '/',
      body: frontPage(view),
      data: {
        lists: Object.fromEntries([...main, ...aside, ...bySection].map(({ list, entries }) => [list, entries])),
        overrides: inForce,
        opened: opened?.why ?? null,
      },
    })
  })
  return router
}
