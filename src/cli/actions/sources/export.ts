/**
 * `newsdesk sources export`: writes the catalogue as OPML for any reader, or added sources as YAML for sources.yaml.
 */

import { stringify } from 'yaml'
import type { Source } from '../../../domain/source.ts'
import { opmlOf } from '../../../use-cases/opml.ts'
import { withSession } from '../../session.ts'

/** Formats a source as an operator would write it, without defaults and with units. (pure) */
const toYaml = ({ id, name, url, site, section, general, language, weight, interval, content, enabled }: Source) => ({
  id,
  name,
  url,
  ...(site === undefined ? {} : { site }),
  section,
  ...(general === true ? { general } : {}),
  ...(language === undefined ? {} : { language }),
  ...(weight === 1 ? {} : { weight }),
  ...(interval === undefined ? {} : { interval: `${interval}ms` }),
  ...(content === undefined ? {} : { content }),
  ...(enabled ? {} : { enabled }),
})
/** @param all with `yaml`: the whole catalogue, not only sources missing from sources.yaml */
export const exportCommand = (
  configDir: string,
  { yaml, all, json }: { yaml: boolean; all: boolean; json: boolean },
): Promise<number> =>
  withSession(configDir, async ({ sources, catalogue, config: { taxonomy } }) => {
    const list = sources.list()
    if (yaml || json) {
      const chosen = all || !yaml ? list : list.filter(({ id }) => !catalogue.isInFile(id))
      console.log(
        json
          ? JSON.stringify({ sources: chosen.map(toYaml) }, null, 2)
          : stringify({ sources: chosen.map(toYaml) }, { lineWidth: 0 }).trimEnd(),
      )
      return 0
    }
    process.stdout.write(opmlOf(list, taxonomy))
    return 0
  })
