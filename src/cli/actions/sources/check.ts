/** `newsdesk sources check`: fetches every source once, politely, and reports problems. It changes nothing. */

import pc from 'picocolors'
import type { Source } from '../../../domain/source.ts'
import { type FoundFeed, foundFeed, type PageOutcome } from '../../../feeds/discovery/discover.ts'
import { readFeed } from '../../../feeds/read.ts'
import { findDuplicateFeeds } from '../../../sources/catalogue/duplicate-feeds.ts'
import { inParallel, withPoliteFetch } from '../../../use-cases/polite-fetch.ts'
import { formatDuration } from '../../../util/duration.ts'
import { withoutCredentials } from '../../../util/redact.ts'
import { print } from '../../print.ts'
import { startProgress } from '../../prompt.ts'
import { withSession } from '../../session.ts'

type Fault = 'unreachable' | 'moved' | 'not-a-feed' | 'empty' | 'stale' | 'duplicate'

interface SourceFinding {
  readonly id: string
  readonly fault: Fault
  readonly detail: string
}

interface Looked {
  readonly source: Source
  readonly found: FoundFeed | null
  readonly findings: readonly SourceFinding[]
}

/** A source is stale after a month without news, or after five times its usual gap if that is longer. In ms. */
const STALE_AFTER = 30 * 86_400_000

/** Finds what is wrong with a single feed. (pure) */
export const findFaults = (id: string, { feed, newest, perDay, movedTo }: FoundFeed, now: number): SourceFinding[] => {
  const findings: SourceFinding[] = []
  if (movedTo !== null) findings.push({ id, fault: 'moved', detail: `permanently, to ${withoutCredentials(movedTo)}` })
  if (feed.items.length === 0) findings.push({ id, fault: 'empty', detail: 'it has no items' })
  const allowed = Math.max(STALE_AFTER, perDay === null ? 0 : (5 * 86_400_000) / perDay)
  if (newest !== null && now - newest > allowed)
    findings.push({ id, fault: 'stale', detail: `its newest item is ${formatDuration(now - newest)} old` })
  return findings
}

const inspect = async (source: Source, fetched: PageOutcome, now: number): Promise<Looked> => {
  const { id } = source
  if (fetched.kind === 'failed')
    return {
      source,
      found: null,
      findings: [{ id, fault: 'unreachable', detail: `${fetched.reason}: ${fetched.detail}` }],
    }
  if (fetched.kind === 'unchanged') return { source, found: null, findings: [] }
  const read = await readFeed(fetched.body, { contentType: fetched.contentType, url: fetched.url })
  if (read.kind !== 'feed') return { source, found: null, findings: [{ id, fault: 'not-a-feed', detail: read.detail }] }
  const found = foundFeed(source.url, 'given', fetched, read.feed)
  return { source, found, findings: findFaults(id, found, now) }
}

/** @returns 0 without problems, 1 with problems, for monitoring */
export const checkCommand = (configDir: string, { json }: { json: boolean }): Promise<number> =>
  withSession(configDir, async session => {
    const list = session.sources.list().filter(({ enabled }) => enabled)
    const progress = startProgress('Checking sources', list.length)
    const looked = await withPoliteFetch(session, fetchPage =>
      inParallel(list, async source => inspect(source, await fetchPage(source.url), Date.now()), progress.at),
    ).finally(progress.end)
    const twins = findDuplicateFeeds(looked.flatMap(({ source, found }) => (found ? [{ id: source.id, found }] : [])))
    const findings = looked.flatMap(({ source: { id }, findings: own }): SourceFinding[] => {
      const twin = twins.get(id)
      return [...own, ...(twin ? [{ id, fault: 'duplicate' as const, detail: `of ${twin.of} (${twin.how})` }] : [])]
    })
    if (json) console.log(JSON.stringify({ checked: list.length, findings }, null, 2))
    else {
      if (findings.length > 0)
        print(
          findings.toSorted((a, b) => a.fault.localeCompare(b.fault)),
          [
            { title: 'Source', value: each => each.id },
            { title: 'Problem', value: each => each.fault },
            { title: 'Detail', value: each => each.detail, flexible: true },
          ],
        )
      const troubled = new Set(findings.map(({ id }) => id)).size
      console.log(
        troubled === 0
          ? pc.green(`${list.length} sources checked: no problems.`)
          : pc.red(`${troubled} of ${list.length} sources have problems.`),
      )
    }
    return findings.length > 0 ? 1 : 0
  })
