/** `newsdesk lists`: the lists, the entries of one, or what changed in it, as a table or JSON. */

import pc from 'picocolors'
import type { Entry } from '../../domain/entry.ts'
import { configuredNames, LISTS, RELATED } from '../../lists/registry.ts'
import { createListChanges, type NamedMove } from '../../use-cases/list-changes.ts'
import { Duration } from '../../util/units.ts'
import { formatAgo, print } from '../print.ts'
import { withSession } from '../session.ts'

/** @returns 0, or 2 if there is no such list */
export const listsCommand = (
  configDir: string,
  name: string | undefined,
  { json, limit }: { json: boolean; limit: number },
): Promise<number> =>
  withSession(configDir, async ({ redis, keys, config }) => {
    const configured = configuredNames(LISTS, config.taxonomy, config.settings.lists)
    if (name === undefined) {
      const retiring = await redis.zrangebyscore(keys.publishedLists(), '(0', '+inf')
      const rows = await Promise.all(
        [...new Set([...configured, ...retiring])].map(async list => {
          const [count, meta] = await Promise.all([redis.llen(keys.list(list)), redis.hgetall(keys.listMeta(list))])
          return {
            list,
            count,
            version: Number(meta.version ?? 0),
            generatedAt: meta.generatedAt ?? null,
            fallback: meta.fallback ?? '',
            ...(meta.retiresAt ? { retiresAt: meta.retiresAt } : {}),
          }
        }),
      )
      if (json) console.log(JSON.stringify(rows, null, 2))
      else {
        print(rows, [
          { title: 'List', value: row => row.list },
          { title: 'Entries', value: row => String(row.count), align: 'right' },
          { title: 'Version', value: row => String(row.version), align: 'right' },
          { title: 'Written', value: row => formatAgo(row.generatedAt === null ? null : Date.parse(row.generatedAt)) },
          { title: 'Backfilled from', value: row => row.fallback },
        ])
        for (const { list, retiresAt } of rows)
          if (retiresAt !== undefined)
            console.log(
              `${list} is configured no longer; ${Date.parse(retiresAt) > Date.now() ? `it is deleted at ${retiresAt}` : 'it is about to be deleted'} (lists.retireAfter)`,
            )
      }
      return 0
    }
    // Written by the publisher.
    const entries = (await redis.lrange(keys.list(name), 0, limit - 1)).map(entry => JSON.parse(entry) as Entry)
    if (entries.length === 0 && !configured.includes(name) && !name.startsWith(`${RELATED}:`)) {
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
        { title: 'Published', value: entry => formatAgo(Date.parse(entry.publishedAt)) },
        { title: 'Views', value: entry => String(entry.counts.views), align: 'right' },
        { title: 'Publishers', value: entry => String(entry.story.sources), align: 'right' },
      ])
      if (entries.length === 0) console.log(pc.dim('(empty)'))
    }
    return 0
  })

const formatMove = ({ from, to }: NamedMove): string =>
  from === null ? `in at ${to}` : to === null ? `out, was ${from}` : `${from} to ${to}`

/** @returns 0, or 2 if there is no such list or the span is none */
export const listChangesCommand = (
  configDir: string,
  name: string | undefined,
  { span, json }: { span: string; json: boolean },
): Promise<number> =>
  withSession(configDir, async session => {
    const { redis, keys, config } = session
    const lasts = Duration.safeParse(span)
    if (!lasts.success) {
      console.error(`--changes ${lasts.error.issues[0]?.message}`)
      return 2
    }
    const names = configuredNames(LISTS, config.taxonomy, config.settings.lists)
    if (name === undefined || !names.includes(name)) {
      console.error(
        name === undefined
          ? '--changes needs a list, as in `newsdesk lists latest --changes`.'
          : `There is no list ${JSON.stringify(name)} whose changes are kept; \`newsdesk lists\` shows them all.`,
      )
      return 2
    }
    const { articleStore: archive } = await session.container()
    const changes = await createListChanges({ redis, keys, archive })(name, Date.now() - lasts.data)
    if (json) console.log(JSON.stringify(changes, null, 2))
    else if (changes.isUnknown)
      console.log(pc.dim('Nothing is known: it has not been published yet, or lists.history is 0.'))
    else if (changes.changes.length === 0) console.log(pc.dim(`Nothing changed in the last ${span}.`))
    else
      print(
        changes.changes.flatMap(({ at, moves }) => moves.map(move => ({ at, move }))),
        [
          { title: 'When', value: ({ at }) => formatAgo(at) },
          { title: 'Place', value: ({ move }) => formatMove(move) },
          { title: 'Title', value: ({ move }) => move.title ?? `(deleted: ${move.id})`, flexible: true },
        ],
      )
    return 0
  })
