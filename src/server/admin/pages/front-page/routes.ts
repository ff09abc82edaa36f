/** The page one lands on: the lists as they stand. What is done to an entry is done to its article (articles.ts). */

import { Router } from 'express'
import { mayAct } from '../../../../domain/actor.ts'
import type { ArticleId } from '../../../../domain/article.ts'
import type { Entry } from '../../../../domain/entry.ts'
import { whoOf } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { textOf } from '../../web/respond.ts'
import { wordsFor } from '../articles/edit-routes.ts'
import { frontPage, type Opened, type Shelf } from './view.ts'

const MAIN = [
  ['must-reads', 'Must-reads', 8],
  ['latest', 'Latest', 12],
] as const
const ASIDE = [
  ['most-read:now', 'Popular now', 5],
  ['trending', 'Trending', 5],
  ['most-read:week', 'Weekly best', 12],
] as const
const OF_A_SECTION = 6

export const frontRoutes = ({
  redis,
  keys,
  archive,
  explainEntry,
  placements,
  sections,
  show,
  now,
}: PageParts): Router => {
  const router = Router()

  const shelves = (wanted: readonly (readonly [list: string, title: string, most: number])[]): Promise<Shelf[]> =>
    Promise.all(
      wanted.map(async ([list, title, most]) => {
        const entries = await redis.lrange(keys.list(list), 0, most - 1)
        return { list, title, entries: entries.map(json => JSON.parse(json) as Entry) } // written by publish
      }),
    )

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

  router.get('/', async (request, response) => {
    const who = whoOf(response)
    const known = sections()
    const [main, aside, bySection, inForce, opened] = await Promise.all([
      shelves(MAIN),
      shelves(ASIDE),
      shelves(known.map(({ id, label }) => [`latest:${id}`, label, OF_A_SECTION] as const)),
      placements(),
      open(textOf(request.query, 'list'), textOf(request.query, 'article')),
    ])
    const view = {
      ...{ main, aside, bySection, opened, placements: inForce, sections: known },
      mayAct: who !== null && mayAct(who),
      now: now(),
    }
    show(request, response, {
      title: 'Front page',
      at: '/',
      body: frontPage(view),
      message: wordsFor(textOf(request.query, 'done')),
      data: {
        lists: Object.fromEntries([...main, ...aside, ...bySection].map(({ list, entries }) => [list, entries])),
        placements: inForce,
        opened: opened?.why ?? null,
      },
    })
  })
  return router
}
