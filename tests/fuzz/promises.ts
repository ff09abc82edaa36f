/** What holds of every reading of every document, whatever its bytes. */

import { isDeepStrictEqual } from 'node:util'
import { normalise } from '../../src/articles/normalise.ts'
import type { Feed, FeedItem } from '../../src/domain/feed-item.ts'
import { FeedItemSchema } from '../../src/domain/feed-item.ts'
import { Source } from '../../src/domain/source.ts'
import { readFeed } from '../../src/feeds/read.ts'
import { readNewItems } from '../../src/sources/items/read-new-items.ts'

const source = Source.parse({ id: 'fuzz', name: 'Fuzz', url: 'https://news.example.com/feed', section: 'world' })
const about = {
  source,
  feedLanguage: null,
  fetchedAt: Date.UTC(2026, 4, 10),
  taxonomy: [],
  maxAge: Number.POSITIVE_INFINITY,
}

const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
const RUNS = /^\s*(?:javascript|data|vbscript|blob|about|file):/i

const problemsOf = (item: FeedItem): string[] => {
  const problems: string[] = []
  const { title, summary, author, link, image, id, published, updated, categories, language, enclosure } = item
  const { images = [] } = item
  const shown: [string, string | null][] = [
    ['title', title],
    ['summary', summary],
    ['author', author],
  ]
  for (const category of categories) shown.push(['category', category])
  for (const { alt = null } of images) shown.push(['alt', alt])
  for (const [name, text] of shown) {
    if (text === null) continue
    if (!text.isWellFormed()) problems.push(`${name} has a stray surrogate`)
    if (CONTROLS.test(text)) problems.push(`${name} has control characters`)
    if (text !== text.trim() || text === '') problems.push(`${name} is not trimmed, or empty`)
  }
  for (const [name, text] of Object.entries({ link, id, image, language, enclosure: enclosure?.url ?? null })) {
    if (text === null) continue
    if (!text.isWellFormed()) problems.push(`${name} has a stray surrogate`)
    if (CONTROLS.test(text)) problems.push(`${name} has control characters`)
  }
  if (link !== null && RUNS.test(link)) problems.push(`link runs: ${link.slice(0, 80)}`)
  for (const address of [image, enclosure?.url ?? null, ...images.map(({ url }) => url)])
    if (address !== null && !/^https?:\/\//i.test(address)) problems.push(`not http(s): ${address.slice(0, 80)}`)
  for (const date of [published, updated])
    if (date !== null && !(DATE.test(date) && Number.isFinite(Date.parse(date)))) problems.push(`no date: ${date}`)
  if (summary !== null && summary.length > 310) problems.push(`summary of ${summary.length} characters`)
  if (!FeedItemSchema.safeParse(JSON.parse(JSON.stringify(item))).success) problems.push('does not travel in a job')
  const article = normalise(item, about)
  if ('url' in article && !/^https?:\/\//.test(article.url)) problems.push(`article url ${article.url.slice(0, 80)}`)
  return problems
}

const problemsOfFeed = ({ items, title, link }: Feed): string[] => [
  ...items.flatMap(problemsOf),
  ...(title !== null && (CONTROLS.test(title) || !title.isWellFormed()) ? ['feed title is not clean'] : []),
  ...(link !== null && RUNS.test(link) ? [`feed link runs: ${link.slice(0, 80)}`] : []),
]

/** Reading what is new gives what reading everything gives, less what is known; what is known is not read again. */
const problemsOfPartial = async (bytes: Uint8Array): Promise<string[]> => {
  const all = await readFeed(bytes)
  const first = await readNewItems(bytes, { known: new Set() })
  if (all.kind !== 'feed' || first.kind !== 'feed')
    return all.kind === first.kind ? [] : ['a feed to one reading and none to the other']
  const problems = isDeepStrictEqual(first.feed.items, all.feed.items) ? [] : ['other items when taken apart']
  const { itemHashes } = first
  if (itemHashes === null) return problems
  for (const known of [new Set(itemHashes), new Set(itemHashes.filter((_, index) => index % 2 === 0))]) {
    const some = await readNewItems(bytes, { known })
    const wanted = all.feed.items.filter((_, index) => !known.has(itemHashes[index] ?? ''))
    if (some.kind !== 'feed') problems.push('a feed was none when read again')
    else if (!isDeepStrictEqual(some.feed.items, some.itemHashes === null ? all.feed.items : wanted))
      problems.push(`other items where ${known.size} of ${itemHashes.length} are known`)
  }
  return problems
}

/** ms of CPU that reading a document of so many bytes may take at the most; what is quadratic is far beyond. */
export const allowance = (bytes: number): number => 300 + bytes / 200

/** @returns what was not kept, in words; nothing where all is well */
export const brokenPromises = async (bytes: Uint8Array): Promise<readonly string[]> => {
  // A promise that nobody settles leaves the process idle; one that takes long on a busy machine does not.
  const before = performance.eventLoopUtilization()
  let alarm: NodeJS.Timeout | undefined
  const never = new Promise<string[]>(resolve => {
    alarm = setInterval(() => {
      if (performance.eventLoopUtilization(before).idle >= 5_000) resolve(['never came to an end'])
    }, 1_000)
  })
  try {
    return await Promise.race([broken(bytes), never])
  } finally {
    clearInterval(alarm)
  }
}

/** ms this process has computed: what others do meanwhile is not a reader's fault. */
const cpu = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const broken = async (bytes: Uint8Array): Promise<readonly string[]> => {
  try {
    const started = cpu()
    const read = await readFeed(bytes)
    let took = cpu() - started
    // The compiler and the garbage collector count as well: slow is what is slow three times.
    for (let again = 0; again < 2 && took > allowance(bytes.length); again += 1) {
      const restarted = cpu()
      await readFeed(bytes)
      took = Math.min(took, cpu() - restarted)
    }
    const problems = read.kind === 'feed' ? problemsOfFeed(read.feed) : read.links.filter(link => RUNS.test(link))
    if (took > allowance(bytes.length)) problems.push(`took ${took.toFixed(0)} ms for ${bytes.length} bytes`)
    problems.push(...(await problemsOfPartial(bytes)))
    return [...new Set(problems)]
  } catch (error) {
    return [`threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`]
  }
}
