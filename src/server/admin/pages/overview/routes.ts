/** The status of newsdesk, and its last day. */

import { Router } from 'express'
import { answer, form, readSpan } from '../../web/edits.ts'
import { can } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, textOf } from '../../web/respond.ts'
import { buildPlots } from './day.ts'
import { overviewPage } from './view.ts'

export const overviewRoutes = (parts: PageParts): Router => {
  const { redis, keys, listNames, status, samples, logLevels, show, now } = parts
  const router = Router()
  router.get('/', async (request, response) => {
    const names = listNames()
    const [summary, day, levels, metas] = await Promise.all([
      status(),
      samples(),
      logLevels.read(),
      Promise.all(names.map(name => redis.hmget(keys.listMeta(name), 'count', 'generatedAt'))),
    ])
    const lists = names.map((name, index) => {
      const [count, changedAt] = metas[index] ?? []
      return { name, count: Number(count ?? 0), changedAt: changedAt ? Date.parse(changedAt) : null }
    })
    const at = now()
    const logged = { levels, levelNames: logLevels.names, mayAct: can(response, 'admin') }
    show(request, response, {
      title: 'Overview',
      at: '/overview',
      body: overviewPage({ status: summary, plots: buildPlots(day, at), lists, ...logged, now: at }),
      data: { ...summary, lists, samples: day },
    })
  })

  router.post('/log', form, async (request, response) => {
    const lasts = readSpan(request, response, show, '10m')
    if (lasts === null) return
    const outcome = await logLevels.change(actorOf(request, response), {
      level: textOf(request.body, 'level') || null,
      daemon: textOf(request.body, 'daemon') || '*',
      lasts,
    })
    await answer(request, response, show, outcome, () => ({
      ...{ text: 'Changed. The daemons apply it within a second or two.', to: '/overview' },
    }))
  })
  return router
}
