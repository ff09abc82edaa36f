/** `newsdesk sources check`: every source fetched once, politely, and a table of what is wrong. Nothing is changed by it. */

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

interface Finding {
  readonly id: string
  readonly fault: Fault
  readonly detail: string
}

interface Looked {
  readonly source: Source
  readonly found: FoundFeed | null
  readonly findings: readonly Finding[]
}

/** A source that usually publishes is stale after a month, or after five times its usual gap where that is longer. */
const STALE = 30 * 86_400_000

/** What is wrong with a feed by itself. (pure) */
export const findFaults = (id: string, { feed, newest, perDay, movedTo }: FoundFeed, now: number): Finding[] => {
  const findings: Finding[] = []
  if (movedTo !== null) findings.push({ id, fault: 'moved', detail: `for good, to ${withoutCredentials(movedTo)}` })
  if (feed.items.length === 0) findings.push({ id, fault: 'empty', detail: 'it holds no item' })
  const patience = Math.max(STALE, perDay === null ? 0 : (5 * 86_400_000) / perDay)
  if (newest !== null && now - newest > patience)
    findings.push({ id, fault: 'stale', detail: `its newest item is of ${formatDuration(now - newest)} ago` })
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

/** @returns 0 where nothing is wrong, 1 where something is: for monitoring */
export const checkCommand = (configDir: string, { json }: { json: boolean }): Promise<number> =>
  withSession(configDir, async session => {
    const list = session.sources.list().filter(({ enabled }) => enabled)
    const progress = startProgress('Checking sources', list.length)
    const looked = await withPoliteFetch(session, fetchPage =>
      inParallel(list, async source => inspect(source, await fetchPage(source.url), Date.now()), progress.at),
    ).finally(progress.end)
    const twins = findDuplicateFeeds(looked.flatMap(({ source, found }) => (found ? [{ id: source.id, found }] : [])))
    const findings = looked.flatMap(({ source: { id }, findings: own }): Finding[] => {
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
            { title: 'What', value: each => each.fault },
            { title: 'Detail', value: each => each.detail, flexible: true },
          ],
        )
      const troubled = new Set(findings.map(({ id }) => id)).size
      console.log(
        troubled === 0
          ? pc.green(`${list.length} sources checked: nothing wrong.`)
          : pc.red(`${troubled} of ${list.length} sources have something wrong.`),
      )
    }
    return findings.length > 0 ? 1 : 0
  })
