/** What may be the picture of an item, wherever the feed has it. (pure) */

import { cutTo, plainText } from '../../util/plain-text.ts'

/** Where a picture was found, the most deliberate place first. */
export const ROLES = ['media', 'enclosure', 'thumbnail', 'link', 'podcast', 'image', 'product', 'content'] as const
export type Role = (typeof ROLES)[number]

export interface Candidate {
  /** As `webAddress` returns it. */
  readonly url: string
  readonly role: Role
  readonly width: number | null
  readonly height: number | null
  /** As written: text or markup. */
  readonly alt: string | null
  readonly type: string | null
  /** media:content says that it stands for its group. */
  readonly isDefault?: boolean
  /** In the text: class names of its element, which often say what it is. */
  readonly classes?: string
  /** In the text: it is not shown, or is a button to share the text. */
  readonly isApart?: boolean
}

/** No picture is larger. */
const MAX_SIDE = 50_000
const MAX_ALT = 200

/** Pixels of a length such as `640`, `640px` or `640.0`; null if it is none. */
export const parsePixels = (written: string | null | undefined): number | null => {
  const digits = /^\s{0,9}(\d{1,6})(?:\.\d{1,9})?\s{0,9}(?:px)?\s{0,9}$/i.exec(written ?? '')?.[1]
  if (digits === undefined) return null
  const pixels = Number(digits)
  return pixels <= MAX_SIDE ? pixels : null
}

/** A media type without its parameters, in small letters; null if it is none. */
export const parseType = (written: string | null | undefined): string | null =>
  /^\s{0,9}([\w.+-]{1,60}\/[\w.+-]{1,60})\s{0,9}(?:;|$)/.exec(written ?? '')?.[1]?.toLowerCase() ?? null

/** Whether a media type, or a medium as Media RSS has it, says that something is a picture. */
export const isImageType = (written: string | null | undefined): boolean =>
  /^\s{0,9}image(?:\/|\s|$)/i.test(written ?? '')

/** An address that is a picture by the name of its file. */
export const IMAGE_FILE = /\.(?:jpe?g|jfif|pjpe?g|png|gif|webp|avif|heic)(?:[?#]|$)/i

export const parseAlt = (written: string | null | undefined): string | null =>
  written ? cutTo(plainText(written), MAX_ALT) || null : null
