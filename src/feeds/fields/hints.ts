/** Reads what a feed says about how to poll it: ttl, sy:update*, skipHours, skipDays, hubs. */

import type { FeedHints } from '../../domain/feed-item.ts'
import { attribute, findChildren, firstText, type RawFields, readText } from '../xml/raw.ts'

const PERIOD: Readonly<Record<string, number>> = {
  hourly: 3_600_000,
  daily: 86_400_000,
  weekly: 604_800_000,
  monthly: 2_592_000_000,
  yearly: 31_536_000_000,
}
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

const numberIn = (text: string | null): number | undefined => {
  const value = Number(text ?? Number.NaN)
  return Number.isFinite(value) && value > 0 ? value : undefined
}

export const readHints = (channel: RawFields): FeedHints => {
  const ttl = numberIn(firstText(channel, 'ttl'))
  const period = PERIOD[firstText(channel, 'sy:updatePeriod')?.toLowerCase() ?? '']
  const frequency = numberIn(firstText(channel, 'sy:updateFrequency')) ?? 1
  const interval = ttl !== undefined ? ttl * 60_000 : period !== undefined ? period / frequency : undefined

  const skipped = (name: string, child: string) =>
    (channel[name] ?? []).flatMap(raw => findChildren(raw, child)).map(readText)
  const hours = skipped('skipHours', 'hour')
    .map(hour => Number(hour) % 24)
    .filter(hour => Number.isInteger(hour) && hour >= 0)
  const days = skipped('skipDays', 'day')
    .map(day => DAYS.indexOf(day?.toLowerCase() ?? ''))
    .filter(day => day >= 0)

  const links = [...(channel.link ?? []), ...(channel['atom:link'] ?? [])]
  const linked = (rel: string) =>
    attribute(
      links.find(raw => attribute(raw, 'rel')?.toLowerCase() === rel),
      'href',
    )
  const [hub, self] = [linked('hub'), linked('self')]
  const hasCloud = (channel.cloud ?? []).some(raw => attribute(raw, 'domain') !== null)
  return {
    ...(interval === undefined ? {} : { interval }),
    ...(hours.length > 0 ? { skipHours: hours } : {}),
    ...(days.length > 0 ? { skipDays: days } : {}),
    ...(hub === null ? {} : { hub }),
    ...(self === null ? {} : { self }),
    // RSS 2.0 names rssCloud in `<cloud domain=...>` of its channel.
    ...(hasCloud ? { otherHubs: ['rssCloud'] } : {}),
  }
}
