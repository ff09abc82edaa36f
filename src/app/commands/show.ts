/** `newsdesk lists`, `sources` and `status`: what there is, in tables or as JSON. */

import pc from 'picocolors'
import type { SourceStatus } from '../../admin/status-of.ts'
import type { Entry } from '../../lists/entry.ts'
import { allNames } from '../../lists/names.ts'
import { editionsOf } from '../../lists/publisher.ts'
import { withSession } from '../session.ts'
import { readStatus } from '../status.ts'
import { showSpan } from '../table.ts'
import { print } from './print.ts'

const ago = (at: number | null): string => (at === null ? 'never' : `${showSpan(Date.now() - at)} ago`)

/** @returns 0, or 2 for a list that does not exist */
export const listsCommand = (
  configDir: string,
  name: string | undefined,
  { json, limit }: { json: boolean; limit: number },
): Promise<number> =>
  withSession(configDir, async ({ redis, keys, config }) => {
    if (name === undefined) {
      const rows = await Promise.all(
        allNames({ taxonomy: config.taxonomy, ...editionsOf(config.settings.lists) }).map(async list => {
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
          { title: 'Filled up from', value: row => row.fallback },
        ])
      }
      return 0
    }
    const entries = (await redis.lrange(keys.list(name), 0, limit - 1)).map(entry => JSON.parse(entry) as Entry) // written by the publisher
    if (
      entries.length === 0 &&
      !allNames({ taxonomy: config.taxonomy, ...editionsOf(config.settings.lists) }).includes(name) &&
      !name.startsWith('related:')
    ) {
      console.error(`No list ${JSON.stringify(name)}; \`newsdesk lists\` names them.`)
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
        { title: 'Told by', value: entry => String(entry.story.sources), align: 'right' },
      ])
      if (entries.length === 0) console.log(pc.dim('(empty)'))
    }
    return 0
  })

const stateOf = ({ source, state, late }: SourceStatus): string =>
  !source.enabled
    ? 'paused'
    : late > 0
      ? 'late'
      : state.status === 'fresh' && state.silentSince !== null
        ? 'silent'
        : state.status

export const sourcesCommand = (
  configDir: string,
  { json, failing }: { json: boolean; failing: boolean },
): Promise<number> =>
  withSession(configDir, async session => {
    const { sources } = await readStatus({ ...session, now: Date.now })
    const rows = failing ? sources.filter(({ state, late }) => state.status === 'failing' || late > 0) : sources
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
                ? `in ${showSpan(row.state.nextAt - Date.now())}`
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
              row.state.adopted ? `fetched at ${row.state.adopted.url}, where it moved` : null,
              row.state.lie ? `its validators ${row.state.lie.how}` : null,
            ]
              .filter(part => part !== null)
              .join('; '),
          flexible: true,
        },
      ])
    }
    return 0
  })

/** @returns 0 where all is well, 1 where something is wrong: for monitoring */
export const statusCommand = (configDir: string, { json }: { json: boolean }): Promise<number> =>
  withSession(configDir, async session => {
    const status = await readStatus({ ...session, now: Date.now })
    if (json) {
      console.log(JSON.stringify(status, null, 2))
      return status.problems.length > 0 ? 1 : 0
    }
    const { daemons, queues, sources, events, push, quarantine, redis, articles, problems } = status
    const count = (of: string) => sources.filter(each => stateOf(each) === of).length
    console.log(
      `${pc.bold('Daemons')}   ${daemons.map(({ id, roles }) => `${id} (${roles.join(', ')})`).join('; ') || 'none'}`,
    )
    console.log(
      `${pc.bold('Sources')}   ${sources.length}: ${['fresh', 'new', 'failing', 'retired', 'silent', 'late', 'paused']
        .filter(of => count(of) > 0)
        .map(of => `${count(of)} ${of}`)
        .join(', ')}`,
    )
    for (const [name, jobs] of Object.entries(queues)) {
      console.log(
        `${pc.bold(name.padEnd(9))} ${jobs.waiting ?? 0} waiting, ${jobs.active ?? 0} active, ${jobs.delayed ?? 0} delayed, ${jobs.failed ?? 0} failed`,
      )
    }
    console.log(`${pc.bold('Stories')}   ${articles.stories}`)
    console.log(
      `${pc.bold('Push')}      ${
        push.on
          ? `${push.active} of ${push.subscriptions} subscriptions active, ${push.working} sources brought by push, ${push.deliveries} deliveries${push.ignored > 0 ? `, ${push.ignored} ignored` : ''}`
          : 'off: push.baseUrl is not set'
      }`,
    )
    const refusals = Object.entries(events.refused).map(([reason, times]) => `${times} ${reason}`)
    console.log(
      `${pc.bold('Events')}    ${events.waiting} waiting${refusals.length > 0 ? `; refused: ${refusals.join(', ')}` : ''}`,
    )
    if (quarantine.bodies > 0)
      console.log(
        `${pc.bold('Kept')}      ${quarantine.bodies} unreadable ${quarantine.bodies === 1 ? 'body' : 'bodies'} of ${quarantine.sources} ${quarantine.sources === 1 ? 'source' : 'sources'}: \`newsdesk quarantine\``,
      )
    console.log(
      `${pc.bold('Redis')}     ${redis.version}, ${(redis.memory / 1_048_576).toFixed(1)} MB, ${redis.policy}`,
    )
    for (const problem of problems) console.log(pc.red(`! ${problem}`))
    if (problems.length === 0) console.log(pc.green('All is well.'))
    return problems.length > 0 ? 1 : 0
  })
