/** OPML: lists of feeds that feed readers exchange. Outlines nest; each feed keeps the folders around it. (pure) */

import { Parser } from 'htmlparser2'
import { shownAddress } from '../../util/redact.ts'

export interface Outline {
  readonly url: string
  readonly title: string | null
  readonly site: string | null
  readonly language: string | null
  /** Names of the folders around it, outermost first; then what its `category` says. */
  readonly folders: readonly string[]
}

export type OpmlOutcome =
  | { readonly kind: 'opml'; readonly outlines: readonly Outline[]; readonly warnings: readonly string[] }
  | { readonly kind: 'not-opml'; readonly detail: string }

const MAX_OUTLINES = 20_000
const MAX_DEPTH = 50
/** Characters tokenized at a time. */
const PIECE = 16_384

/** Text on one line, without control characters and bidirectional marks. */
const text = (value: string | undefined): string | null =>
  value?.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\s]+/gu, ' ').trim() || null

/** `/World/Asia,politics` -> World, Asia, politics */
const categoriesIn = (value: string | undefined): string[] =>
  (value ?? '')
    .split(/[,/]/)
    .map(each => each.trim())
    .filter(Boolean)

/** Reads any OPML, even if malformed, and warns of what it leaves out. */
export const readOpml = (document: string): OpmlOutcome => {
  const outlines: Outline[] = []
  const warnings: string[] = []
  /** Names of the folders currently open; null for an outline that is a feed itself. */
  const path: (string | null)[] = []
  let isOpml = false
  // The work of the tokenizer grows with the square of the depth, and nobody files feeds that deep.
  let isTooDeep = false
  const parser = new Parser(
    {
      onopentag(written, attributes) {
        const name = written.toLowerCase()
        if (name === 'opml') isOpml = true
        if (name !== 'outline') return
        const own = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key.toLowerCase(), value]))
        const title = text(own.title) ?? text(own.text)
        const url = text(own.xmlurl)
        path.push(url === null ? title : null)
        if (path.length > MAX_DEPTH && !isTooDeep) {
          isTooDeep = true
          warnings.push(`outlines stand more than ${MAX_DEPTH} deep: what follows is left out`)
        }
        if (url === null || isTooDeep) return
        const shown = title ?? shownAddress(url)
        if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
          return void warnings.push(
            `${JSON.stringify(shown)} left out: ${JSON.stringify(shownAddress(url))} is no http(s) URL`,
          )
        if (outlines.length >= MAX_OUTLINES)
          return void warnings.push(`${JSON.stringify(shown)} left out: more than ${MAX_OUTLINES} feeds`)
        outlines.push({
          url: new URL(url).href,
          title,
          site: text(own.htmlurl),
          language: text(own.language),
          folders: [...path.filter(folder => folder !== null), ...categoriesIn(own.category)],
        })
      },
      onclosetag(name) {
        if (name.toLowerCase() === 'outline') path.pop()
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  for (let at = 0; at < document.length && !isTooDeep; at += PIECE) parser.write(document.slice(at, at + PIECE))
  parser.end()
  if (!isOpml) return { kind: 'not-opml', detail: 'there is no <opml> in it' }
  return { kind: 'opml', outlines, warnings }
}

/** Escapes an attribute value, and removes characters that XML cannot hold. */
const attribute = (value: string): string =>
  value
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff](?![\udc00-\udfff])/gu, '')
    .replace(/[&<>"]/g, char => `&#${char.charCodeAt(0)};`)
    .replace(/[\t\r\n]/g, ' ')

const attributes = (of: Readonly<Record<string, string | null>>): string =>
  Object.entries(of)
    .flatMap(([name, value]) => (value === null ? [] : ` ${name}="${attribute(value)}"`))
    .join('')

/**
 * Formats OPML 2.0, with one folder for each group, in their order.
 * @param created ms since the epoch
 */
export const writeOpml = (
  title: string,
  groups: readonly { readonly folder: string; readonly outlines: readonly Omit<Outline, 'folders'>[] }[],
  created: number,
): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<opml version="2.0">',
    `  <head><title>${attribute(title)}</title><dateCreated>${new Date(created).toUTCString()}</dateCreated></head>`,
    '  <body>',
    ...groups.flatMap(({ folder, outlines }) => [
      `    <outline${attributes({ text: folder, title: folder })}>`,
      ...outlines.map(
        each =>
          `      <outline${attributes({ type: 'rss', text: each.title ?? each.url, title: each.title, xmlUrl: each.url, htmlUrl: each.site, language: each.language })}/>`,
      ),
      '    </outline>',
    ]),
    '  </body>',
    '</opml>',
    '',
  ].join('\n')
