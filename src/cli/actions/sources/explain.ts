/** `newsdesk sources explain`: the last fetches of a source, and why the next is due when it is. */

import pc from 'picocolors'
import type { Source } from '../../../domain/source.ts'
import { explainForecast } from '../../../sources/schedule/explain.ts'
import type { Fetch } from '../../../sources/state/history.ts'
import { shownSource, shownState } from '../../../sources/state/public-view.ts'
import type { SourceState } from '../../../sources/state/state.ts'
import { pushLine } from '../../../use-cases/push-status.ts'
import { formatDuration } from '../../../util/duration.ts'
import { withoutCredentials } from '../../../util/redact.ts'
import { drawSparkline } from '../../../util/sparkline.ts'
import { print } from '../../print.ts'
import { withSession } from '../../session.ts'
import { reportUnknownSource } from '../../unknown-source.ts'

const time = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

const size = (bytes: number): string =>
  bytes === 0 ? '' : bytes < 10_240 ? `${bytes} B` : `${Math.round(bytes / 1_024)} KB`

interface Told {
  readonly source: Source
  readonly state: SourceState
  readonly history: readonly Fetch[]
  readonly push: string
  readonly forecast: string
  readonly now: number
}

const tell = ({ source, state, history, push, forecast, now }: Told): void => {
  console.log(`${pc.bold(source.id)}  ${source.name}  ${pc.dim(withoutCredentials(source.url))}`)
  console.log(
    `${pc.bold('Next')}      ${
      !source.enabled
        ? `never: it is paused; resume it with \`newsdesk sources resume ${source.id}\``
        : state.nextAt === null
          ? 'not scheduled: is a daemon with the role scheduler running?'
          : `${time(state.nextAt)} (${state.nextAt > now ? `in ${formatDuration(state.nextAt - now)}` : 'now'}): ${state.nextReason}`
    }`,
  )
  console.log(`${pc.bold('Forecast')}  ${forecast}`)
  console.log(`${pc.bold('Push')}      ${push}`)
  if (state.lastError)
    console.log(`${pc.bold('Error')}     ${pc.red(`${state.lastError.reason}: ${state.lastError.detail}`)}`)
  if (state.pages) {
    const { read, failed, lastFailure } = state.pages
    const last = lastFailure && `; last failure ${time(lastFailure.at)}: ${lastFailure.reason}: ${lastFailure.detail}`
    console.log(`${pc.bold('Pages')}     ${read} of its articles read, ${failed} failed${last ?? ''}`)
  }
  if (state.movedTo) console.log(`${pc.bold('Moved')}     to ${withoutCredentials(state.movedTo)}`)
  const { held, refused } = state.places
  if (held)
    console.log(
      `${pc.bold('Held')}      ${pc.red(`its URL leads to ${withoutCredentials(held.to)} since ${time(held.since)}: ${held.items} items wait in quarantine; \`newsdesk sources accept ${source.id}\` ingests them, \`refuse\` deletes them`)}`,
    )
  if (refused.length > 0)
    console.log(
      `${pc.bold('Refused')}   items from ${refused.join(', ')}; undo with \`newsdesk sources accept ${source.id}\``,
    )
  const oldestFirst = [...history].reverse()
  if (history.length === 0) {
    console.log('No fetches recorded yet.')
    return
  }
  console.log(`${pc.bold('New items')} ${drawSparkline(oldestFirst.map(({ items }) => items))}`)
  console.log(`${pc.bold('Duration')}  ${drawSparkline(oldestFirst.map(({ ms }) => ms))}`)
  console.log('')
  print(history, [
    { title: 'At (UTC)', value: each => time(each.at) },
    { title: 'Outcome', value: each => each.outcome },
    { title: 'Status', value: each => (each.status === 0 ? '' : String(each.status)), align: 'right' },
    { title: 'New', value: each => String(each.items), align: 'right' },
    { title: 'Took', value: each => `${each.ms} ms`, align: 'right' },
    { title: 'Size', value: each => size(each.bytes), align: 'right' },
    { title: 'Why', value: each => each.reason, flexible: true },
  ])
}

/** @returns 0; 2 if there is no such source */
export const explainSourceCommand = (configDir: string, id: string, { json }: { json: boolean }): Promise<number> =>
  withSession(configDir, async ({ sources, push, config }) => {
    const source = sources.get(id)
    if (!source) {
      reportUnknownSource(
        id,
        sources.list().map(each => each.id),
      )
      return 2
    }
    const [state, history, subscription] = await Promise.all([
      sources.state(source.id),
      sources.history(source.id),
      push.of(source.id),
    ])
    const line = pushLine(subscription, state, config.settings.push.baseUrl !== '', Date.now())
    const price = await sources.fetchPrice(state.publishingModel)
    const forecast = explainForecast(state.publishingModel, Date.now(), price, config.settings.crawl)
    if (!json) tell({ source, state, history, push: line, forecast, now: Date.now() })
    else {
      const next = { at: state.nextAt === null ? null : new Date(state.nextAt).toISOString(), reason: state.nextReason }
      const shown = { source: shownSource(source), next, forecast, push: line, state: shownState(state), history }
      console.log(JSON.stringify(shown, null, 2))
    }
    return 0
  })
