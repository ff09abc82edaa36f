/** `newsdesk sources add`: finds the feeds of a page, shows what each contains, and adds the chosen ones. */

import pc from 'picocolors'
import { shownValue } from '../../../config/problems.ts'
import { SourceId } from '../../../domain/source.ts'
import { shownSource } from '../../../sources/state/public-view.ts'
import {
  addressOf,
  FOUND_HOW,
  type Proposal,
  type ProposalWishes,
  proposalsAt,
  rateOf,
  titleOf,
} from '../../../use-cases/propose-sources.ts'
import { languageFor } from '../../../use-cases/suggest-source.ts'
import { formatDuration } from '../../../util/duration.ts'
import { withoutCredentials } from '../../../util/redact.ts'
import { cliActor, openSourceActions } from '../../actor.ts'
import { print } from '../../print.ts'
import { ask, canAsk, parseChoice } from '../../prompt.ts'
import { type Session, withSession } from '../../session.ts'

export interface AddOptions extends ProposalWishes {
  readonly yes: boolean
  readonly all: boolean
  readonly dryRun: boolean
  readonly json: boolean
}

const show = (proposals: readonly Proposal[]): void => {
  print(proposals, [
    { title: '#', value: each => String(proposals.indexOf(each) + 1), align: 'right' },
    { title: 'Title', value: each => titleOf(each.found), flexible: true },
    { title: 'Format', value: each => each.found.feed.format },
    { title: 'Items', value: each => String(each.found.feed.items.length), align: 'right' },
    {
      title: 'Newest',
      value: ({ found }) => (found.newest === null ? '' : `${formatDuration(Date.now() - found.newest)} ago`),
    },
    { title: 'Rate', value: each => rateOf(each.found), align: 'right' },
    { title: 'Language', value: each => each.source.language ?? 'unknown' },
    { title: 'Section', value: each => `${each.source.section} (${each.why})`, flexible: true },
    { title: 'Id', value: each => each.knownAs ?? each.source.id },
    { title: '', value: each => (each.knownAs ? 'already a source' : '') },
  ])
  // URLs follow in full, because a shortened URL is useless.
  for (const [index, { found, moved }] of proposals.entries()) {
    console.log(pc.dim(`${index + 1}  ${withoutCredentials(found.url)} (${FOUND_HOW[found.how]})`))
    if (moved !== null) console.log(pc.yellow(`   ${moved}`))
  }
}

const toJson = ({ found, source, moved, knownAs }: Proposal) => ({
  url: withoutCredentials(found.url),
  finalUrl: withoutCredentials(found.finalUrl),
  moved,
  how: found.how,
  title: found.feed.title,
  format: found.feed.format,
  items: found.feed.items.length,
  newest: found.newest === null ? null : new Date(found.newest).toISOString(),
  perDay: found.perDay,
  language: source.language ?? null,
  knownAs,
  source: shownSource(source),
})

const findUsageError = ({ config, sources }: Session, { id, section, language }: AddOptions): string | null => {
  const ids = config.taxonomy.map(each => each.id)
  if (section !== undefined && !ids.includes(section))
    return `--section: ${JSON.stringify(section)} is not a section. Sections: ${ids.join(', ')}`
  if (language !== undefined && languageFor(language) === undefined)
    return `--language: ${JSON.stringify(language)} is not a BCP 47 language tag, such as en or pt-BR`
  if (id === undefined) return null
  const parsed = SourceId.safeParse(id)
  if (!parsed.success) return `--id: ${parsed.error.issues[0]?.message}`
  return sources.get(id) ? `--id: the source ${JSON.stringify(id)} exists already` : null
}

/** @returns the proposals to add, or the exit code if there are none */
const choose = async (proposals: readonly Proposal[], options: AddOptions): Promise<readonly Proposal[] | number> => {
  const open = proposals.filter(({ knownAs }) => knownAs === null)
  if (options.dryRun) return 0
  if (open.length === 0) {
    console.error(
      `Nothing to add: this is already the source ${[...new Set(proposals.map(each => each.knownAs))].join(', ')}.`,
    )
    return 1
  }
  if (options.yes) return options.all ? open : open.slice(0, 1)
  if (!canAsk()) {
    console.error('Not a terminal, cannot prompt. Pass --yes to add the first feed found, or --yes --all to add all.')
    return 2
  }
  const first = proposals.indexOf(open[0] as Proposal) + 1 // there is one
  for (;;) {
    const typed = await ask(`Add which? A number, several (1,3), all, or none [${first}] `)
    if (typed === null) {
      console.error('Nothing was added.')
      return 1
    }
    const picked = parseChoice(typed === '' ? String(first) : typed, proposals.length)
    if (picked !== null)
      return picked.flatMap(index => proposals[index] ?? []).filter(({ knownAs }) => knownAs === null)
  }
}

/** @returns 0 if added; 1 if nothing was found or new; 2 for wrong usage or without a terminal */
export const addCommand = (configDir: string, typed: string, options: AddOptions): Promise<number> =>
  withSession(configDir, async session => {
    const wrong = findUsageError(session, options)
    const url = addressOf(typed)
    if (wrong !== null || url === null) {
      console.error(wrong ?? `${shownValue(['url'], typed)} is not an http(s) URL`)
      return 2
    }
    const found = await proposalsAt(session, url, options)
    if (found.kind === 'none') {
      console.error(found.why)
      return 1
    }
    const { proposals } = found
    if (!options.json) show(proposals)
    const chosen = await choose(proposals, options)
    const added = typeof chosen === 'number' ? [] : chosen.map(({ source }) => source)
    if (added.length > 0) await openSourceActions(session).add(cliActor(), added)
    if (options.json)
      console.log(JSON.stringify({ found: proposals.map(toJson), added: added.map(shownSource) }, null, 2))
    else for (const { id, name, section } of added) console.log(pc.green(`Added ${id}: ${name}, in ${section}.`))
    return typeof chosen === 'number' ? chosen : 0
  })
