/** The start page: the lists as published. Edits of an entry go to its article (../articles/routes.ts). */

import { Router } from 'express'
import type { ArticleId, StoryId } from '../../../../domain/article.ts'
import type { Entry } from '../../../../domain/entry.ts'
import type { Panel } from '../../../../lists/definitions/definition.ts'
import type { Override } from '../../../../lists/overrides.ts'
import { LISTS } from '../../../../lists/registry.ts'
import { readNetMoves } from '../../../../use-cases/list-changes.ts'
import type { Titled } from '../../components/headline.ts'
import { wordsFor } from '../../web/edits.ts'
import { canAct } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { textOf } from '../../web/respond.ts'
import { summarise } from '../changes/view.ts'
import { frontPage, type ListView, type Opened } from './view.ts'

const HOUR = 3_600_000

export const frontRoutes = ({
  redis,
  keys,
  archive,
  explainEntry,
  overrides,
  sections,
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

  /** Of what is pinned or blocked: the article, or the lead of the story. */
  const readTitles = async (overrides: readonly Override[]): Promise<Map<string, Titled>> => {
    const ids = [...new Set(overrides.map(({ what }) => what))]
    const stories = await archive.stories(ids as StoryId[]) // looked up
    const articles = await archive.articles(ids.map((id, index) => stories[index]?.lead ?? (id as ArticleId))) // likewise
    return new Map(ids.flatMap((id, index) => (articles[index] ? [[id, articles[index]]] : [])))
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
      mayAct: canAct(response),
      now: now(),
      titles: await readTitles(inForce),
    }
    show(request, response, {
      title: 'Front page',
      at: '/',
      body: frontPage(view),
      message: wordsFor(textOf(request.query, 'done')),
      data: {
        lists: Object.fromEntries([...main, ...aside, ...bySection].map(({ list, entries }) => [list, entries])),
        overrides: inForce,
        opened: opened?.why ?? null,
      },
    })
  })
  return router
}
