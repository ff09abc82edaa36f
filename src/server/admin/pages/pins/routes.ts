/** All pins and blocks in force, in one place. */

import { Router } from 'express'
import { html } from '../../components/html.ts'
import { can } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { overridesTable } from '../articles/edit-view.ts'
import { readTitles } from '../articles/titles.ts'

export const pinsRoutes = ({ archive, overrides, show, now }: PageParts): Router => {
  const router = Router()
  router.get('/', async (request, response) => {
    const inForce = await overrides()
    const titles = await readTitles(archive, inForce)
    const view = { titles, now: now(), mayAct: can(response, 'editor') }
    show(request, response, {
      title: 'Pins and blocks',
      at: '/pins',
      body: html`<section id="overrides" data-watch="lists" aria-label="In force">${overridesTable(inForce, view)}</section>
<p class="soft">Pin or block an article on its own page, or by “Why?” on the <a href="/">front page</a>. <a href="/audit?what=list.">All that was pinned and blocked</a> is in the audit.</p>`,
      data: { overrides: inForce },
    })
  })
  return router
}
