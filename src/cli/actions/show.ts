/** `newsdesk lists` and `newsdesk sources`: tables, or JSON. */

import pc from 'picocolors'
import type { Entry } from '../../domain/entry.ts'
import { configuredEditions, LISTS, RELATED } from '../../lists/registry.ts'
import { stateOf } from '../../use-cases/source-status.ts'
import { readStatus } from '../../use-cases/status.ts'
import { formatDuration } from '../../util/duration.ts'
import { print } from '../print.ts'
import { withSession } from '../session.ts'

const ago = (at: number | null): string => (at === null ? 'never' : `${formatDuration(Date.now() - at)} ago`)

/** @returns 0, or 2 if there is no such list */
export const listsCommand = (
  configDir: string,
  name: string | undefined,
  { json, limit }: { json: boolean; limit: number },
): Promise<number> =>
  withSession(configDir, async ({ redis, keys, config }) => {
    if (name === undefined) {
      const rows = await Promise.all(
        LISTS.names({ taxonomy: config.taxonomy, ...configuredEditions(config.settings.lists) }).map(async list => {
          const [count, meta] = await Promise.all([redis.llen(keys.list(list)), redis.hgetall(keys.listMeta(list))])
          return {
            list,
            count,
            version: Number(meta.version ?? 0),
            generatedAt: meta.generatedAt ?? null,
            fallback: meta.fallback ?? '',
          }
        }),
      )
      if (json) console.log(JSON.stringify(rows, null, 2))
      else {
        print(rows, [
          { title: 'List', value: row => row.list },
          { title: 'Entries', value: row => String(row.count), align: 'right' },
          { title: 'Version', value: row => String(row.version), align: 'right' },
          { title: 'Written', value: row => ago(row.generatedAt === null ? null : Date.parse(row.generatedAt)) },
          { title: 'Backfilled from', value: row => row.fallback },
        ])
      }
      return 0
    }
    // Written by the publisher.
    const entries = (await redis.lrange(keys.list(name), 0, limit - 1)).map(entry => JSON.parse(entry) as Entry)
    if (
      entries.length === 0 &&
      !LISTS.names({ taxonomy: config.taxonomy, ...configuredEditions(config.settings.lists) }).includes(name) &&
      !name.startsWith(`${RELATED}:`)
    ) {
      console.error(`There is no list ${JSON.stringify(name)}; \`newsdesk lists\` shows them all.`)
      return 2
    }
    if (json) console.log(JSON.stringify(entries, null, 2))
    else {
      print(entries, [
        { title: '#', value: entry => String(entry.rank), align: 'right' },
        { title: 'Section', value: entry => entry.section.label.toUpperCase() },
        { title: 'Title', value: entry => entry.title, flexible: true },
        { title: 'Source', value: entry => entry.source.name, flexible: true },
        { title: 'Published', value: entry => ago(Date.parse(entry.publishedAt)) },
        { title: 'Views', value: entry => String(entry.counts.views), align: 'right' },
        { title: 'Publishers', value: entry => String(entry.story.sources), align: 'right' },
      ])
      if (entries.length === 0) console.log(pc.dim('(empty)'))
    }
    return 0
  })

export const sourcesCommand = (
  configDir: string,
  { json, failing }: { json: boolean; failing: boolean },
): Promise<number> =>
  withSession(configDir, async session => {
    const { sources } = await readStatus({ ...session, now: Date.now })
    const rows = failing
      ? sources.filter(({ state, late }) => state.status === 'failing' || state.status === 'refused' || late > 0)
      : sources
    if (json) console.log(JSON.stringify(rows, null, 2))
    else {
      print(rows, [
        { title: 'Source', value: row => row.source.id },
        { title: 'Section', value: row => row.source.section },
        { title: 'State', value: stateOf },
        { title: 'Fetched', value: row => ago(row.state.lastFetchAt) },
        {
          title: 'Next',
          value: row =>
            row.state.nextAt === null
              ? ''
              : row.state.nextAt > Date.now()
                ? `in ${formatDuration(row.state.nextAt - Date.now())}`
                : 'now',
        },
        { title: 'New', value: row => String(row.state.newItems), align: 'right' },
        {
          title: 'Why',
          value: row =>
            [
              row.state.status === 'retired' || !row.state.lastError
                ? row.state.nextReason
                : `${row.state.lastError.reason}: ${row.state.lastError.detail}`,
              row.state.refusals
                ? `all items refused (${row.state.refusals.count} in a row: ${row.state.refusals.reason})`
                : null,
              row.state.adopted ? `moved to ${row.state.adopted.url}, fetched there` : null,
              row.state.places.held ? `now leads to ${row.state.places.held.to}: accept or refuse it` : null,
              row.state.unreliableValidators ? `its validators ${row.state.unreliableValidators.how}` : null,
            ]
              .filter(part => part !== null)
              .join('; '),
          flexible: true,
        },
      ])
    }
    return 0
  })
