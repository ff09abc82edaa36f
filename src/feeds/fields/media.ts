/** What goes with an item: a recording, how many comments it has. Pictures: pictures-in-xml.ts. */

import type { Enclosure } from '../../domain/feed-item.ts'
import { attribute, findChildren, firstText, own, type RawFields } from '../xml/raw.ts'
import { webAddress } from './links.ts'

const RECORDING = /^(?:audio|video)\//i
export const RECORDING_FILE = /\.(?:mp3|m4a|aac|ogg|oga|opus|mp4|m4v|webm|mov)(?:[?#]|$)/i

/** The first recording (sound or film) of an item: enclosure, Atom's link, media:content. */
export const findEnclosure = (fields: RawFields, base: string | undefined): Enclosure | null => {
  const linked = [...own(fields, 'link'), ...own(fields, 'atom:link')].filter(
    raw => attribute(raw, 'rel')?.toLowerCase() === 'enclosure',
  )
  const media = [
    ...own(fields, 'media:content'),
    ...own(fields, 'media:group').flatMap(raw => findChildren(raw, 'media:content')),
  ]
  for (const raw of [...own(fields, 'enclosure'), ...linked, ...media]) {
    const url = webAddress(attribute(raw, 'url') ?? attribute(raw, 'href'), base)
    const type = attribute(raw, 'type')
    if (url !== null && (type === null ? RECORDING_FILE.test(url) : RECORDING.test(type)))
      return recording(url, type, attribute(raw, 'length') ?? attribute(raw, 'fileSize'))
  }
  return null
}

export const recording = (url: string, type: string | null, length: string | null): Enclosure => {
  const bytes = Number(length ?? Number.NaN)
  return {
    url,
    ...(type !== null && /^[\w.+-]{1,60}\/[\w.+-]{1,60}/.test(type)
      ? { type: /^[\w.+-]+\/[\w.+-]+/.exec(type)?.[0].toLowerCase() ?? '' }
      : {}),
    ...(Number.isSafeInteger(bytes) && bytes > 0 ? { length: bytes } : {}),
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
