/** How newsdesk is and how the day went. */

import { Router } from 'express'
import { plotsOf } from '../day.ts'
import type { DeskParts } from '../desk.ts'
import { overviewPage } from '../pages/overview.ts'

export const overviewRoutes = ({ redis, keys, listNames, status, samples, show, now }: DeskParts): Router => {
  const router = Router()
  router.get('/', async (request, response) => {
    const names = listNames()
    const [summary, day, metas] = await Promise.all([
      status(),
      samples(),
      Promise.all(names.map(name => redis.hmget(keys.listMeta(name), 'count', 'generatedAt'))),
    ])
    const lists = names.map((name, index) => {
      const [count, changedAt] = metas[index] ?? []
      return { name, count: Number(count ?? 0), changedAt: changedAt ? Date.parse(changedAt) : null }
    })
    const at = now()
    show(request, response, {
      title: 'Overview',
      at: '/overview',
      body: overviewPage({ status: summary, plots: plotsOf(day, at), lists, now: at }),
      data: { ...summary, lists, samples: day },
    })
  })
  return router
}
