/** What goes with an item: recordings, enclosed pictures, how many comments it has. Pictures: pictures-in-xml.ts. */

import { type Enclosure, MAX_ENCLOSURES } from '../../domain/feed-item.ts'
import { attribute, findChildren, firstText, own, type RawFields } from '../xml/raw.ts'
import { webAddress } from './links.ts'

const MEDIA = /^(?:audio|video|image)\//i
const RECORDING = /^(?:audio|video)\//i
export const RECORDING_FILE = /\.(?:mp3|m4a|aac|ogg|oga|opus|mp4|m4v|webm|mov)(?:[?#]|$)/i

/** Whether an enclosure is sound or film. */
export const isRecording = ({ url, type }: Enclosure): boolean =>
  type === undefined ? RECORDING_FILE.test(url) : RECORDING.test(type)

/** No recording lasts longer: a year, s. */
const MAX_DURATION = 31_536_000

/** Seconds of a duration as itunes:duration has it: `3600`, `61:05`, `1:01:05`; null if it is none. */
export const parseDuration = (written: string | null): number | null => {
  const [, hours = '0', minutes = '0', seconds = ''] =
    /^\s{0,9}(?:(?:(\d{1,4}):)?(\d{1,5}):)?(\d{1,8})(?:\.\d{1,9})?\s{0,9}$/.exec(written ?? '') ?? []
  if (seconds === '') return null
  const duration = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
  return duration > 0 && duration <= MAX_DURATION ? duration : null
}

/**
 * Recordings and enclosed pictures of an item, in the order of enclosure, Atom's links and media:content, each address
 * once. Of media:content only recordings count.
 */
export const findEnclosures = (fields: RawFields, base: string | undefined): readonly Enclosure[] => {
  const linked = [...own(fields, 'link'), ...own(fields, 'atom:link')].filter(
    raw => attribute(raw, 'rel')?.toLowerCase() === 'enclosure',
  )
  const enclosed = [...own(fields, 'enclosure'), ...linked]
  const media = [
    ...own(fields, 'media:content'),
    ...own(fields, 'media:group').flatMap(raw => findChildren(raw, 'media:content')),
  ]
  const found: Enclosure[] = []
  for (const [index, raw] of [...enclosed, ...media].entries()) {
    if (found.length >= MAX_ENCLOSURES) break
    const type = attribute(raw, 'type')
    const isWanted = index < enclosed.length ? MEDIA : RECORDING
    const written = attribute(raw, 'url') ?? attribute(raw, 'href')
    if (type === null ? !RECORDING_FILE.test(written ?? '') : !isWanted.test(type)) continue
    const url = webAddress(written, base)
    if (url === null || found.some(each => each.url === url)) continue
    const length = attribute(raw, 'length') ?? attribute(raw, 'fileSize')
    found.push(buildEnclosure(url, type, length, attribute(raw, 'duration')))
  }
  return withDuration(found, fields)
}

/** itunes:duration is that of the item's only recording. */
const withDuration = (found: readonly Enclosure[], fields: RawFields): readonly Enclosure[] => {
  if (found.length === 0) return found
  const duration = parseDuration(firstText(fields, 'itunes:duration'))
  const first = found.find(isRecording)
  return duration === null || first === undefined || first.duration !== undefined
    ? found
    : found.map(each => (each === first ? { ...each, duration } : each))
}

export const buildEnclosure = (
  url: string,
  type: string | null,
  length: string | null,
  lasts: string | null,
): Enclosure => {
  const bytes = Number(length ?? Number.NaN)
  const duration = parseDuration(lasts)
  return {
    url,
    ...(type !== null && /^[\w.+-]{1,60}\/[\w.+-]{1,60}/.test(type)
      ? { type: /^[\w.+-]+\/[\w.+-]+/.exec(type)?.[0].toLowerCase() ?? '' }
      : {}),
    ...(Number.isSafeInteger(bytes) && bytes > 0 ? { length: bytes } : {}),
    ...(duration === null ? {} : { duration }),
  }
}

const count = (text: string | null): number | null => (text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null)

/** slash:comments, thr:total, the count of Atom's link to replies; null where none says. */
export const readCommentsCount = (fields: RawFields): number | null => {
  const replies = [...own(fields, 'link'), ...own(fields, 'atom:link')].find(
    raw => attribute(raw, 'rel')?.toLowerCase() === 'replies' && attribute(raw, 'thr:count') !== null,
  )
  return (
    count(firstText(fields, 'slash:comments')) ??
    count(firstText(fields, 'thr:total')) ??
    count(attribute(replies, 'thr:count'))
  )
}
