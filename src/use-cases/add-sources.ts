/** Adding sources from the desk: by the same discovery, proposals and reading of OPML as in the terminal. */

import type { Session } from '../cli/session.ts'
import { opmlOf } from '../cli/sources/export.ts'
import { planOf } from '../cli/sources/import.ts'
import { decode } from '../feeds/decode.ts'
import { readOpml } from '../sources/catalogue/opml.ts'
import { shownSource } from '../sources/state/public-view.ts'
import { withoutCredentials } from '../util/redact.ts'
import type { Adding } from './add-sources-types.ts'
import { addressOf, FOUND_HOW, proposalsAt, rateOf, titleOf } from './propose-sources.ts'

export type AddingParts = Pick<Session, 'redis' | 'keys'> & {
  readonly sources: Pick<Session['sources'], 'list'>
  readonly config: () => Session['config']
}

export const createAdding = ({ redis, keys, sources, config }: AddingParts): Adding => ({
  async find(typed) {
    const url = addressOf(typed)
    if (url === null) return { kind: 'none', why: 'That is no http(s) address.' }
    const found = await proposalsAt({ redis, keys, sources, config: config() }, url, {})
    if (found.kind === 'none') return found
    const proposals = found.proposals.map(({ found: feed, source, why, knownAs }) => ({
      ...{ source, why, knownAs, title: titleOf(feed), format: feed.feed.format, items: feed.feed.items.length },
      ...{ newest: feed.newest, rate: rateOf(feed), how: FOUND_HOW[feed.how] },
    }))
    return { kind: 'found', proposals }
  },

  readOpml(document, section) {
    const opml = readOpml(decode(document, 'text/xml').text)
    if (opml.kind === 'not-opml') return opml
    const { added, repeats } = planOf(opml.outlines, sources.list(), config(), section)
    const left = [
      ...repeats.map(({ outline, detail }) => ({
        title: withoutCredentials(outline.title ?? outline.url),
        why: `a duplicate, ${detail}`,
      })),
      ...opml.warnings.map(warning => ({ title: '', why: withoutCredentials(warning) })),
    ]
    return { kind: 'plan', added, left }
  },

  writeOpml: () => opmlOf(sources.list().map(shownSource), config().taxonomy),
})
