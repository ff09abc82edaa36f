/** Changes settings of a source in place, and resets those of the file. */

import { type Request, type Response, Router } from 'express'
import type { Source } from '../../../../domain/source.ts'
import { CatalogueError, type SourceSettings } from '../../../../sources/catalogue/catalogue.ts'
import { form, readFields } from '../../web/edits.ts'
import type { PageParts } from '../../web/parts.ts'
import { actorOf, backOf } from '../../web/respond.ts'
import { settingsForm } from './settings.ts'

/** The settings of a source as they stand. */
const settingsOf = ({ name, section, weight, language, interval }: Source): SourceSettings => ({
  ...{ name, section, weight, language: language ?? null, interval: interval ?? null },
})

export const sourceEditRoutes = (parts: PageParts): Router => {
  const { sources, sourceActions, sourceInFile, sections, show } = parts
  const router = Router()

  const edit = async (request: Request, response: Response, source: Source, wanted: SourceSettings, done: string) => {
    const standing: Readonly<Record<string, unknown>> = settingsOf(source)
    const changed = Object.fromEntries(
      Object.entries(wanted).filter(([field, value]) => value !== undefined && value !== standing[field]),
    )
    const to = backOf(request, `/sources/${source.id}`)
    if (Object.keys(changed).length === 0)
      return show.done(request, response, { text: `${source.name} is as it was.`, to, data: { changed } })
    const [before] = await sourceActions.capture([source.id])
    try {
      await sourceActions.edit(actorOf(request, response), source.id, changed)
    } catch (error) {
      if (!(error instanceof CatalogueError)) throw error
      return show.message(request, response, 409, 'Nothing was changed', error.message)
    }
    const [after] = await sourceActions.capture([source.id])
    const name = sources.get(source.id)?.name ?? source.name
    const undo = before && after ? { kind: 'edited' as const, before, after } : null
    await show.done(request, response, { text: `${name}: ${done}.`, undo, to, data: { changed } })
  }

  const find = (request: Request, response: Response): Source | null => {
    const source = sources.get(String(request.params.id))
    if (!source) show.message(request, response, 404, 'No such source', 'It may have been removed.')
    return source ?? null
  }

  router.post('/:id/settings', form, async (request, response) => {
    const source = find(request, response)
    if (!source) return
    // A section that is configured no longer stays valid for the source that has it.
    const schema = settingsForm([...sections().map(({ id }) => id), source.section])
    const fields = readFields(request, response, show, schema)
    if (fields !== null) await edit(request, response, source, fields, 'the settings are changed')
  })

  router.post('/:id/settings/reset', form, async (request, response) => {
    const source = find(request, response)
    if (!source) return
    const own = sourceInFile(source.id)
    if (own === null) {
      const text = `${source.id} is not in sources.yaml: there is nothing to reset to.`
      return show.message(request, response, 409, 'Nothing was changed', text)
    }
    await edit(request, response, source, settingsOf(own), 'the settings are those of sources.yaml again')
  })
  return router
}
