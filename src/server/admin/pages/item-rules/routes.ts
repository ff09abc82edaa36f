/** The pages of rules: lists, tries, saves, moves and removes them, and applies them to stored articles. */

import { type Request, type Response, Router } from 'express'
import { DRY_RUN } from '../../../../use-cases/item-rules/dry-run.ts'
import type { ReadOutcome } from '../../../../use-cases/item-rules/rule-actions.ts'
import { answer, form } from '../../web/edits.ts'
import { can } from '../../web/guard.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, textOf } from '../../web/respond.ts'
import { type EditView, editPage, rulesPage, testPage, textOfRule } from './view.ts'

/** Dropped items on the page. */
const MAX_DROPPED = 100

const SAVED =
  'Saved. Daemons follow within a second or two; it applies to items that come in or are edited from then on.'

export const itemRulesRoutes = ({ ruleActions, show, now }: PageParts): Router => {
  const router = Router()
  const EMPTY = { problems: [], notes: [], tried: null }

  const showForm = (request: Request, response: Response, view: EditView, data: unknown, status = 200) =>
    show(request, response, { title: 'Edit a rule', at: '/rules', status, body: editPage(view, now()), data })

  /** Reads the rule of a form; null after answering what is wrong with it. */
  const readForm = (request: Request, response: Response): Extract<ReadOutcome, { kind: 'done' }> | null => {
    const text = textOf(request.body, 'text')
    const read = ruleActions.read(text)
    if (read.kind === 'done') return read
    const { problems } = read
    showForm(request, response, { ...EMPTY, text, problems }, { error: 'The rule is wrong', problems }, 422)
    return null
  }

  router.get('/', async (request, response) => {
    const [listed, dropped] = await Promise.all([ruleActions.list(), ruleActions.dropped(MAX_DROPPED)])
    show(request, response, {
      ...{ title: 'Rules', at: '/rules' },
      body: rulesPage({ ...listed, dropped }, { now: now(), mayAct: can(response, 'admin') }),
      data: { ...listed, dropped },
    })
  })

  router.get('/test', async (request, response) => {
    const tried = await ruleActions.test(null, DRY_RUN)
    const data = { ...tried, byRule: Object.fromEntries(tried.byRule) }
    show(request, response, { title: 'Rules', at: '/rules', body: testPage(tried, now()), data })
  })

  router.get('/edit', async (request, response) => {
    const id = typeof request.query.id === 'string' ? request.query.id : null
    const { rules } = await ruleActions.list()
    const found = rules.find(({ rule }) => rule.id === id) ?? null
    if (id !== null && found === null)
      return show.message(request, response, 404, 'Not found', `There is no rule ${JSON.stringify(id)}.`)
    const text = textOfRule(found)
    showForm(request, response, { ...EMPTY, text }, { text })
  })

  router.post('/-/try', form, async (request, response) => {
    const read = readForm(request, response)
    if (read === null) return
    const { notes, rule } = read
    const tried = await ruleActions.test({ apply: 'all', rules: [{ ...rule, enabled: true }] }, DRY_RUN)
    const view = { text: textOf(request.body, 'text'), problems: [], notes, tried }
    showForm(request, response, view, { ...tried, notes, byRule: Object.fromEntries(tried.byRule) })
  })

  router.post('/-/save', form, async (request, response) => {
    const read = readForm(request, response)
    if (read === null) return
    const outcome = await ruleActions.save(actorOf(request, response), read)
    await answer(request, response, show, outcome, () => ({
      text: SAVED,
      to: '/rules',
      data: { saved: read.rule.id, notes: read.notes },
    }))
  })

  router.post('/-/apply', form, async (request, response) => {
    const applied = await ruleActions.apply(actorOf(request, response), DRY_RUN)
    await show.done(request, response, {
      text: 'Applied. The lists change within a second or so.',
      to: '/rules',
      data: applied,
    })
  })

  router.post('/:id/remove', form, async (request, response) => {
    const outcome = await ruleActions.remove(actorOf(request, response), request.params.id ?? '')
    await answer(request, response, show, outcome, ({ rule }) => ({
      text: 'Removed. What it decided stays.',
      to: '/rules',
      data: { removed: rule.id },
    }))
  })

  router.post('/:id/move', form, async (request, response) => {
    const to = textOf(request.body, 'to') === 'up' ? 'up' : 'down'
    const outcome = await ruleActions.move(actorOf(request, response), request.params.id ?? '', to)
    await answer(request, response, show, outcome, result => ({
      text: 'Moved.',
      to: '/rules',
      data: { moved: result.rule.id, to },
    }))
  })
  return router
}
