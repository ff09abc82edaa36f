/** The page one lands on. */

import { Router } from 'express'
import type { DeskParts } from '../desk.ts'
import { overviewPage } from '../pages/overview.ts'
import { type StateWord, stateOf } from '../status-of.ts'

export const overviewRoutes = ({ redis, keys, listNames, status, show }: DeskParts): Router => {
  const router = Router()
  router.get('/', async (request, response) => {
    const names = listNames()
    const [now, counts] = await Promise.all([status(), Promise.all(names.map(name => redis.llen(keys.list(name))))])
    const states = new Map<StateWord, number>()
    for (const word of now.sources.map(stateOf)) states.set(word, (states.get(word) ?? 0) + 1)
    const lists = names.map((name, index) => ({ name, count: counts[index] ?? 0 }))
    show(request, response, {
      title: 'Overview',
      at: '/overview',
      body: overviewPage({ status: now, states, lists }),
      data: { ...now, lists },
    })
  })
  return router
}
