/** What goes with an item: its picture, a recording, how many comments it has. Orders of preference: docs/feeds.md. */

import type { Enclosure } from '../../domain/feed-item.ts'
import { attribute, findChildren, firstText, own, type RawFields, readText } from '../xml/raw.ts'
import { webAddress } from './links.ts'

const IMAGE_FILE = /\.(?:jpe?g|png|gif|webp|avif)(?:[?#]|$)/i

export const findImage = (fields: RawFields, markup: string | null, base: string | undefined): string | null => {
  const groups = own(fields, 'media:group')
  const media = [...own(fields, 'media:content'), ...groups.flatMap(group => findChildren(group, 'media:content'))]
  const pictures = media.filter(raw => {
    const kind = `${attribute(raw, 'medium') ?? ''} ${attribute(raw, 'type') ?? ''}`
    return /image/.test(kind) || (kind.trim() === '' && IMAGE_FILE.test(attribute(raw, 'url') ?? ''))
  })
  pictures.sort((a, b) => Number(attribute(b, 'width') ?? 0) - Number(attribute(a, 'width') ?? 0))
  const enclosures = own(fields, 'enclosure').filter(
    raw => /^image\//.test(attribute(raw, 'type') ?? '') || IMAGE_FILE.test(attribute(raw, 'url') ?? ''),
  )
  const thumbnails = [
    ...own(fields, 'media:thumbnail'),
    ...[...groups, ...media].flatMap(raw => findChildren(raw, 'media:thumbnail')),
  ]
  const linked = own(fields, 'link').filter(
    raw => attribute(raw, 'rel') === 'enclosure' && /^image\//.test(attribute(raw, 'type') ?? ''),
  )
  const candidates = [
    ...[...pictures, ...enclosures, ...thumbnails].map(raw => attribute(raw, 'url')),
    ...linked.map(raw => attribute(raw, 'href')),
    ...own(fields, 'itunes:image').map(raw => attribute(raw, 'href')),
    ...own(fields, 'image').map(
      raw => readText(findChildren(raw, 'url')[0]) ?? readText(raw) ?? attribute(raw, 'href'),
    ),
    ...own(fields, 'g:image_link').map(readText),
    /<img\b[^<>]{0,1000}?\bsrc\s*=\s*["']([^"']{1,2000})["']/i
      .exec(markup?.slice(0, 50_000) ?? '')?.[1]
      ?.replaceAll('&amp;', '&') ?? null,
  ]
  for (const candidate of candidates) {
    const url = webAddress(candidate ?? null, base)
    if (url !== null) return url
  }
  return null
}

const RECORDING = /^(?:audio|video)\//i
const RECORDING_FILE = /\.(?:mp3|m4a|aac|ogg|oga|opus|mp4|m4v|webm|mov)(?:[?#]|$)/i

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
