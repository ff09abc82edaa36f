/**
 * The second reader, for what rss-parser cannot read or would read wrongly: broken XML, namespaces under other prefixes, markup in
 * place, inherited xml:base. A tolerant tokenizer (htmlparser2) and a small stack; linear in the document, bounded in depth. Never throws.
 */

import { Parser } from 'htmlparser2'
import { prefixOf } from './namespaces.ts'
import type { Raw, RawElement, RawFeed, RawFields } from './raw.ts'

interface Open {
  readonly rawName: string
  readonly name: string
  readonly attributes: Record<string, string>
  readonly children: Record<string, Raw[]>
  readonly text: string[]
  /** Markup within, where it is to be kept as it stands. */
  readonly markup: string[] | null
  readonly spaces: Readonly<Record<string, string>>
  readonly base: string | undefined
  readonly language: string | undefined
}

/** Deeper nesting than any feed has; below it elements are read as part of their parent. */
const DEEPEST = 200
const MOST_ATTRIBUTES = 200

/** Elements whose markup is their content. */
const TEXTUAL = new Set([
  'title',
  'summary',
  'content',
  'description',
  'subtitle',
  'tagline',
  'content:encoded',
  'xhtml:body',
  'body',
  'info',
  'rights',
  'copyright',
  'dc:title',
  'dc:description',
  'media:title',
  'media:description',
  'abstract',
  'fullitem',
])

const ITEM = new Set(['item', 'entry'])
const ROOT = new Set(['rss', 'feed', 'rdf:RDF', 'RDF', 'rdf', 'Channel', 'channel'])

const unprefixed = (name: string): string => name.replace(/^(?:xhtml|html|h|x):/, '')

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const resolve = (href: string, base: string | undefined): string => {
  try {
    return new URL(href, base).href
  } catch {
    return href
  }
}

/** @returns null where no feed element is found in the document */
export const readLeniently = (text: string, maxItems = Number.POSITIVE_INFINITY): RawFeed | null => {
  const stack: Open[] = []
  const items: RawFields[] = []
  let channel: Record<string, Raw[]> = Object.create(null)
  let format: RawFeed['format'] | null = null
  const inAtom = /<(?:\w+:)?feed[\s>]/.test(text.slice(0, 20_000)) && !/<rss[\s>]/i.test(text.slice(0, 20_000))

  const nameIn = (name: string, spaces: Readonly<Record<string, string>>): string => {
    const colon = name.indexOf(':')
    const prefix = colon < 0 ? '' : name.slice(0, colon)
    const local = name.slice(colon + 1)
    const uri = Object.hasOwn(spaces, prefix) ? spaces[prefix] : undefined
    const known = uri === undefined ? undefined : prefixOf(uri, inAtom)
    if (known === undefined) return name
    return known === '' ? local : `${known}:${local}`
  }

  const finish = (open: Open): void => {
    const parent = stack.at(-1)
    const body = open.markup ? open.markup.join('') : open.text.join('')
    const element: RawElement = {
      ...open.children,
      ...(Object.keys(open.attributes).length > 0 ? { $: open.attributes } : {}),
      ...(body === '' ? {} : { _: body }),
    }
    if (ITEM.has(open.name)) {
      if (items.length < maxItems)
        items.push(Object.assign(Object.create(null), open.children, { $: [{ $: open.attributes }] }))
      return
    }
    if (open.name === 'channel' || open.name === 'Channel' || (open.name === 'feed' && !parent)) {
      channel = Object.assign(open.children, channel)
      return
    }
    if (!parent) return
    const siblings = parent.children[open.name]
    if (siblings) siblings.push(element)
    else parent.children[open.name] = [element]
  }

  const parser = new Parser(
    {
      onopentag(rawName, attributes) {
        const parent = stack.at(-1)
        const given = Object.entries(attributes).slice(0, MOST_ATTRIBUTES)
        if (parent?.markup) {
          parent.markup.push(
            `<${unprefixed(rawName)}${given.map(([name, value]) => ` ${name}="${value.replaceAll('"', '&quot;')}"`).join('')}>`,
          )
        }
        const spaces = given.some(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
          ? {
              ...parent?.spaces,
              ...Object.fromEntries(
                given.filter(([name]) => name.startsWith('xmlns')).map(([name, uri]) => [name.slice(6), uri]),
              ),
            }
          : (parent?.spaces ?? {})
        const own = attributes['xml:base']
        const base = own === undefined ? parent?.base : resolve(own, parent?.base)
        const name = nameIn(rawName, spaces)
        if (format === null && ROOT.has(name)) format = name === 'feed' ? 'atom' : /rdf/i.test(name) ? 'rdf' : 'rss'
        const language = attributes['xml:lang'] ?? parent?.language
        const kept: Record<string, string> = Object.create(null)
        for (const [key, value] of given) kept[key] = value
        if (base !== undefined) kept['xml:base'] = base
        // An item inside an unclosed item, an element below the deepest: the one before ends here.
        if (ITEM.has(name)) while (stack.some(open => ITEM.has(open.name))) close()
        const deep = stack.length >= DEEPEST || (parent?.markup !== null && parent !== undefined)
        stack.push({
          rawName,
          name,
          attributes: kept,
          children: Object.create(null),
          text: [],
          markup: deep
            ? (parent?.markup ?? [])
            : TEXTUAL.has(name) && stack.length > 0 && !(name === 'image')
              ? []
              : null,
          spaces,
          base,
          language,
        })
      },
      ontext(piece) {
        const open = stack.at(-1)
        if (!open) return
        if (!open.markup) open.text.push(piece)
        else open.markup.push(inCdata || !isXhtml(open) ? piece : escapeText(piece))
      },
      oncdatastart() {
        inCdata = true
      },
      oncdataend() {
        inCdata = false
      },
      onclosetag(rawName, implied) {
        // One that was closed early, because an item began within it, has nothing left to end.
        const at = stack.findLastIndex(open => open.rawName === rawName)
        if (at < 0) return
        while (stack.length > at + 1) close()
        const open = stack.at(-1)
        const parent = stack.at(-2)
        // Markup within a textual element shares its parent's list: it only ends.
        if (open && parent?.markup && open.markup === parent.markup) {
          if (!implied) parent.markup.push(`</${unprefixed(rawName)}>`)
          stack.pop()
        } else close()
      },
    },
    { xmlMode: true, decodeEntities: true, recognizeSelfClosing: true },
  )
  let inCdata = false
  const isXhtml = (open: Open): boolean => {
    const owner = stack.find(each => each.markup === open.markup)
    return /xhtml|xml$/i.test(owner?.attributes.type ?? '') || owner !== open
  }
  const close = (): void => {
    const open = stack.pop()
    // Shared markup already stands in its parent.
    if (open && !(open.markup && stack.at(-1)?.markup === open.markup)) finish(open)
  }
  parser.end(text)
  while (stack.length > 0) close()
  if (format === null && items.length === 0) return null
  return { format: format ?? 'rss', channel, items }
}
