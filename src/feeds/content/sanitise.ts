/**
 * Reduces the markup of an article to elements and attributes that are safe to show on a page (docs/content.md has the
 * list): no scripts, styles, forms or trackers, embeds as links, addresses absolute. (pure)
 */

import sanitizeHtml from 'sanitize-html'
import { isTracker } from '../fields/choose-pictures.ts'
import { webAddress } from '../fields/links.ts'
import { chooseSource } from '../fields/pictures-in-markup.ts'
import { tidy } from './tidy.ts'

/** Elements that are kept; of others, the content is. */
export const ALLOWED_ELEMENTS = (
  'p br hr h2 h3 h4 h5 h6 blockquote q cite pre code kbd samp var ul ol li dl dt dd a em strong b i u s del ins mark small ' +
  'sub sup abbr time figure figcaption img table caption thead tbody tfoot tr th td ruby rt rp bdi bdo wbr div'
).split(' ')

export const ALLOWED_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href', 'title'],
  img: ['src', 'alt', 'title', 'width', 'height'],
  ...{ th: ['colspan', 'rowspan'], td: ['colspan', 'rowspan'], ol: ['start'], abbr: ['title'] },
  ...{ time: ['datetime'], del: ['datetime'], ins: ['datetime'] },
  '*': ['dir', 'lang'],
}

/** Elements that are left out with all that is in them. */
const LEFT_OUT =
  'script style template noscript button select option textarea form svg math canvas map head title nav'.split(' ')

const EMBEDS = ['iframe', 'embed', 'object', 'video', 'audio', 'amp-iframe', 'amp-video', 'amp-youtube'] as const

type Attributes = sanitizeHtml.Attributes

const findEmbedded = ({ src, data, 'data-src': lazy, 'data-videoid': video }: Attributes): string | undefined =>
  src || lazy || data || (video && /^[\w-]{1,20}$/.test(video) ? `https://www.youtube.com/watch?v=${video}` : undefined)

/**
 * What has no address keeps its name without attributes, and `tidy` removes it: sanitize-html 2.17 closes the element
 * around one that was given a name that is not allowed with that name.
 * @param base URL against which addresses are resolved; without one, relative addresses are left out
 */
const buildTransforms = (base: string | undefined): Record<string, string | sanitizeHtml.Transformer> => {
  const address = (written: string | undefined): string | null => webAddress(written ?? null, base)

  const anchor: sanitizeHtml.Transformer = (tagName, { href, ...attribs }) => {
    const url = href !== undefined && /^(?:mailto|tel):/i.test(href.trim()) ? href.trim() : address(href)
    return { tagName, attribs: url === null ? {} : { ...attribs, href: url } }
  }

  const picture: sanitizeHtml.Transformer = (_, attributes) => {
    const { url, width, height } = chooseSource(attributes, [], base)
    if (url === null || isTracker({ url, width, height })) return { tagName: 'img', attribs: {} }
    const { alt = '', title } = attributes
    const size = { ...(width ? { width: String(width) } : {}), ...(height ? { height: String(height) } : {}) }
    return { tagName: 'img', attribs: { src: url, alt, ...(title ? { title } : {}), ...size } }
  }

  /** Whether the recording that is open has a link already: its sources are one recording in several formats. */
  let isLinked = false
  const link = (url: string | null, title?: string): sanitizeHtml.Tag => {
    if (url === null) return { tagName: 'a', attribs: {} }
    isLinked = true
    return { tagName: 'a', attribs: { href: url }, text: title?.trim() || new URL(url).hostname.replace(/^www\./, '') }
  }
  const embed: sanitizeHtml.Transformer = (_, attributes) => {
    isLinked = false
    return link(address(findEmbedded(attributes)), attributes.title)
  }
  /** Of a recording, or of a picture, whose `img` has an address of its own. */
  const source: sanitizeHtml.Transformer = (_, { src }) => link(isLinked ? null : address(src))

  return {
    ...{ a: anchor, img: picture, 'amp-img': picture, source, h1: 'h2' },
    ...Object.fromEntries(EMBEDS.map(name => [name, embed])),
  }
}

/**
 * @param markup HTML, or XHTML elements
 * @param base URL against which addresses are resolved
 * @returns well-formed HTML: every element is closed, and no `<` or `>` is in an attribute
 */
export const sanitise = (markup: string, base: string | undefined): string =>
  tidy(
    sanitizeHtml(markup, {
      allowedTags: [...ALLOWED_ELEMENTS],
      allowedAttributes: Object.fromEntries(Object.entries(ALLOWED_ATTRIBUTES).map(([name, all]) => [name, [...all]])),
      allowedSchemes: ['http', 'https', 'mailto', 'tel'],
      allowedSchemesByTag: { img: ['http', 'https'] },
      allowProtocolRelative: false,
      nonTextTags: LEFT_OUT,
      transformTags: buildTransforms(base),
    }),
  )
