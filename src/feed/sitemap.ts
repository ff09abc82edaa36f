/** Google-News sitemaps: urlset of url with news:news. Read by the tolerant tokenizer; an index of sitemaps lists its children as links. (pure) */

import { Parser } from 'htmlparser2'
import { parseDate } from './dates.ts'
import type { Feed, FeedItem } from './item.ts'
import { fold, plainText } from './text.ts'
import { mapInTurns, nextTurn } from './turns.ts'

const local = (name: string): string => name.slice(name.indexOf(':') + 1).toLowerCase()

/** Characters tokenized at a time. */
const PIECE = 100_000

type Url = Record<string, string[]>

/** Children of every `url` (or `sitemap`) by local name; what stands in news:publication keeps its own. */
const readUrls = async (text: string, element: 'url' | 'sitemap', most: number): Promise<Url[]> => {
  const urls: Url[] = []
  let current: Url | null = null
  const path: string[] = []
  const parser = new Parser(
    {
      onopentagname(name) {
        path.push(local(name))
        if (path.at(-1) === element && current === null) current = Object.create(null) as Url
      },
      ontext(piece) {
        const name = path.at(-1)
        if (!current || !name || name === element) return
        // `image:loc` and `loc` differ, `news:name` only stands in the publication.
        const key = path.at(-2) === 'image' ? `image-${name}` : name
        const held = current[key]
        if (held) held.push(piece)
        else current[key] = [piece]
      },
      onclosetag(name) {
        if (path.pop() === element && local(name) === element && current) {
          if (urls.length < most) urls.push(current)
          current = null
        }
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  for (let at = 0; at < text.length && urls.length < most; at += PIECE) {
    if (at > 0) await nextTurn()
    parser.write(text.slice(at, at + PIECE))
  }
  parser.end()
  return urls
}

const textIn = (url: Url, name: string): string | null => fold((url[name] ?? []).join('')) || null

export const isSitemap = (head: string): boolean => /<(?:\w+:)?(?:urlset|sitemapindex)[\s>]/i.test(head)

/** @returns items of the sitemap; of an index none, its sitemaps being named in the warnings */
export const readSitemap = async (text: string, maxItems: number): Promise<Feed> => {
  const children = /<(?:\w+:)?sitemapindex[\s>]/i.test(text.slice(0, 4_096)) ? await readUrls(text, 'sitemap', 100) : []
  const urls = children.length > 0 ? [] : await readUrls(text, 'url', maxItems)
  const items = await mapInTurns(urls, (url): FeedItem => {
    const title = textIn(url, 'title')
    return {
      title: title === null ? null : plainText(title),
      link: textIn(url, 'loc'),
      id: textIn(url, 'loc'),
      published: parseDate(textIn(url, 'publication_date') ?? textIn(url, 'lastmod')),
      updated: parseDate(textIn(url, 'lastmod')),
      author: null,
      categories: [
        ...new Set(
          (textIn(url, 'genres') ?? '')
            .split(',')
            .concat((textIn(url, 'keywords') ?? '').split(','))
            .map(fold),
        ),
      ]
        .filter(Boolean)
        .slice(0, 20),
      image: textIn(url, 'image-loc'),
      summary: null,
      language: textIn(url, 'language'),
    }
  })
  const publisher = urls.map(url => textIn(url, 'name')).find(Boolean) ?? null
  return {
    format: 'sitemap',
    title: publisher,
    link: null,
    language: items.find(item => item.language !== null)?.language ?? null,
    hints: {},
    items,
    warnings: children.map(child => `sitemap index: ${textIn(child, 'loc')}`),
  }
}
