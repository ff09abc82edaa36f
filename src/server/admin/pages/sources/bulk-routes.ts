/** Acts on several sources: first how many, then for good. */

import express, { type Request, Router } from 'express'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, done, textOf } from '../../web/respond.ts'
import { confirmPage } from './bulk-view.ts'
import { listedOf, select } from './query.ts'
import { ACT_NAMES, type Choice, chosenOf, readChoice } from './selection.ts'

/** A selection of 500 ids of 64 characters. */
const LARGEST = '100kb'

export const bulkRoutes = ({ sources, glance, sourceActs, recrawlGap, show, log, now }: PageParts): Router => {
  const router = Router()
  const form = express.urlencoded({ extended: false, limit: LARGEST })

  const chosenBy = async (choice: Choice) => {
    const all = await glance()
    const { everyone } = select(all, choice.filter, now())
    return chosenOf(choice, listedOf(all, now()), everyone)
  }

  router.get('/confirm', async (request, response) => {
    const choice = readChoice(request.query)
    if (!choice) return show.message(request, response, 400, 'Do what?', 'The address does not say.')
    const chosen = await chosenBy(choice)
    const cooling = choice.do === 'crawl' ? await sourceActs.cooling(chosen.to.map(({ source }) => source.id)) : 0
    const ids = chosen.to.map(({ source }) => source.id)
    show(request, response, {
      title: `${ACT_NAMES[choice.do]} sources?`,
      at: '/sources',
      body: confirmPage({ choice, chosen, cooling, coolDown: recrawlGap() }),
      data: { do: choice.do, count: ids.length, left: chosen.left, cooling, ids },
    })
  })

  router.post('/act', form, async (request, response) => {
    const choice = readChoice(request.body)
    if (!choice) return show.message(request, response, 400, 'Do what?', 'The form does not say.')
    const { to } = await chosenBy(choice)
    // As they stand in the catalogue: what is listed has no keys in its address.
    const wanted = to.flatMap(({ source }) => sources.get(source.id) ?? [])
    const ids = wanted.map(({ id }) => id)
    const by = actorOf(request, response)
    const told = { do: choice.do, count: ids.length, cooling: 0 }
    if (ids.length > 0) {
      if (choice.do === 'crawl') {
        const { cooling } = await sourceActs.crawl(by, wanted)
        told.cooling = cooling.length
        told.count -= cooling.length
      } else if (choice.do === 'remove') await sourceActs.remove(by, ids)
      else await sourceActs.setEnabled(by, ids, choice.do === 'resume')
    }
    log.info({ ...told, by: by.name, address: by.from }, 'sources changed in the desk')
    const back = new URLSearchParams({ did: told.do, count: String(told.count), cooling: String(told.cooling) })
    done(request, response, `/sources?${back}`, told)
  })
  return router
}

/** What the last act on several did: only words of ours, whatever the address says. */
export const sayingOfMany = ({ query }: Pick<Request, 'query'>, coolDown: string): string | null => {
  const number = (name: string) => Number.parseInt(textOf(query, name), 10) || 0
  const [count, cooling] = [number('count'), number('cooling')]
  const those = count === 1 ? '1 source is' : `${count} sources are`
  switch (textOf(query, 'did')) {
    case 'crawl':
      return `${those} being crawled again.${cooling > 0 ? ` ${cooling} more had been asked for within the last ${coolDown}, and ${cooling === 1 ? 'was' : 'were'} left alone.` : ''}`
    case 'pause':
      return `${those} paused.`
    case 'resume':
      return `${those} polled again.`
    case 'add':
      return `${count === 1 ? '1 source was' : `${count} sources were`} added.`
    case 'remove':
      return `${those} removed.`
    default:
      return null
  }
}
