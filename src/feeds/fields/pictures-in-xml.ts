/** Pictures of an XML item, from all elements that may have one. (pure) */

import type { FeedItem } from '../../domain/feed-item.ts'
import { saysOnlyUrl } from '../../domain/picture.ts'
import { attribute, findChildren, own, type Raw, type RawFields, readText } from '../xml/raw.ts'
import { choosePictures } from './choose-pictures.ts'
import { resolveBase, webAddress } from './links.ts'
import { RECORDING_FILE } from './media.ts'
import { type Candidate, IMAGE_FILE, isImageType, parsePixels, parseType, type Role } from './picture-candidate.ts'
import { addFromMarkup } from './pictures-in-markup.ts'

/** Elements whose text may be markup with pictures. */
const MARKUP = [
  'content:encoded',
  'content',
  'description',
  'summary',
  'atom:content',
  'atom:summary',
  'xhtml:body',
  'body',
  'media:description',
]

/** Elements of a picture that describe it in words, the fullest first. */
const DESCRIPTIONS = ['media:description', 'media:title', 'media:text']

const readAlt = (raw: Raw): string | null => {
  const alt = attribute(raw, 'alt')
  if (alt !== null || typeof raw === 'string') return alt
  for (const name of DESCRIPTIONS) {
    const text = readText(findChildren(raw, name)[0])
    if (text !== null) return text
  }
  return null
}

/** Adds the picture of an element at an address, if that is one. */
const add = (found: Candidate[], raw: Raw, role: Role, base: string | undefined, written: string | null): void => {
  const url = webAddress(written, resolveBase(raw, base))
  if (url === null) return
  const type = attribute(raw, 'type')
  found.push({
    url,
    role,
    width: parsePixels(attribute(raw, 'width')),
    height: parsePixels(attribute(raw, 'height')),
    alt: readAlt(raw),
    type: isImageType(type) ? parseType(type) : null,
    isDefault: attribute(raw, 'isDefault') === 'true',
  })
}

/** The last part of an address without an ending, as services that scale pictures write it. */
const NO_FILE = /^https?:\/\/[^?#]{1,2000}\/[^/?#.]{1,500}(?:[?#]|$)/i

const isPicture = (raw: Raw, address: string): boolean => {
  // Generators write image/mp3.
  if (RECORDING_FILE.test(address)) return false
  const medium = attribute(raw, 'medium')
  const type = attribute(raw, 'type')
  if (isImageType(medium) || isImageType(type)) return true
  if (medium !== null || type !== null) return false
  const isSized = attribute(raw, 'width') !== null && attribute(raw, 'duration') === null
  return IMAGE_FILE.test(address) || (isSized && NO_FILE.test(address))
}

const addThumbnails = (found: Candidate[], thumbnails: readonly Raw[], base: string | undefined): void => {
  for (const raw of thumbnails) add(found, raw, 'thumbnail', base, attribute(raw, 'url') ?? readText(raw))
}

const addMedia = (found: Candidate[], media: readonly Raw[], base: string | undefined): void => {
  for (const raw of media) {
    const url = attribute(raw, 'url')
    if (isPicture(raw, url ?? '')) add(found, raw, 'media', base, url)
    addThumbnails(found, findChildren(raw, 'media:thumbnail'), base)
  }
}

const addLinks = (found: Candidate[], links: readonly Raw[], base: string | undefined): void => {
  for (const raw of links) {
    const href = attribute(raw, 'href')
    if (href !== null && attribute(raw, 'rel')?.toLowerCase() === 'enclosure' && isPicture(raw, href))
      add(found, raw, 'link', base, href)
  }
}

const addElements = (found: Candidate[], fields: RawFields, base: string | undefined): void => {
  for (const raw of own(fields, 'enclosure')) {
    const url = attribute(raw, 'url')
    const isImage = isImageType(attribute(raw, 'type')) || IMAGE_FILE.test(url ?? '')
    if (isImage && !RECORDING_FILE.test(url ?? '')) add(found, raw, 'enclosure', base, url)
  }
  for (const raw of own(fields, 'itunes:image'))
    add(found, raw, 'podcast', base, attribute(raw, 'href') ?? readText(raw))
  for (const raw of own(fields, 'image')) {
    const written = readText(findChildren(raw, 'url')[0]) ?? readText(raw)
    add(found, raw, 'image', base, written ?? attribute(raw, 'href') ?? attribute(raw, 'url'))
  }
  for (const raw of own(fields, 'g:image_link')) add(found, raw, 'product', base, readText(raw))
}

const addTexts = (found: Candidate[], fields: RawFields, base: string | undefined): void => {
  for (const name of MARKUP)
    for (const raw of own(fields, name)) {
      // RFC 4287, 4.1.3.2: content that is elsewhere.
      if (name === 'content' && isImageType(attribute(raw, 'type')))
        add(found, raw, 'media', base, attribute(raw, 'src'))
      const markup = readText(raw)
      if (markup !== null) addFromMarkup(found, markup, resolveBase(raw, base))
    }
}

/** The picture of an item, and all that are worth keeping where they say more than that. */
export const findPictures = (fields: RawFields, base: string | undefined): Pick<FeedItem, 'image' | 'images'> => {
  const found: Candidate[] = []
  addMedia(found, own(fields, 'media:content'), base)
  addThumbnails(found, own(fields, 'media:thumbnail'), base)
  for (const group of own(fields, 'media:group')) {
    addMedia(found, findChildren(group, 'media:content'), base)
    addThumbnails(found, findChildren(group, 'media:thumbnail'), base)
  }
  addLinks(found, own(fields, 'link'), base)
  addLinks(found, own(fields, 'atom:link'), base)
  addElements(found, fields, base)
  addTexts(found, fields, base)
  return formatPictures(found)
}

/** The fields of an item for what was found of it, in any format. */
export const formatPictures = (candidates: readonly Candidate[]): Pick<FeedItem, 'image' | 'images'> => {
  const images = choosePictures(candidates)
  const image = images[0]?.url ?? null
  return saysOnlyUrl(images) ? { image } : { image, images }
}
