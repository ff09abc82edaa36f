/**
 * Which library finds the text of an article's page best, and what it costs: `npm run bench:extraction`. Thirty pages
 * (extraction/pages.ts), of which each paragraph is known to be the article's or not. Then pages of 5 MB, each in a process
 * of its own, since an extraction cannot be interrupted.
 */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Readability } from '@mozilla/readability'
import { Defuddle } from 'defuddle/node'
import { parseHTML } from 'linkedom'
import { extractText } from '../src/feeds/pages/extract.ts'
import { reducePage } from '../src/feeds/pages/reduce.ts'
import { plainText } from '../src/util/plain-text.ts'
import { buildKeptBack } from './extraction/kept-back.ts'
import { type ArticlePage, buildPages } from './extraction/pages.ts'

const URL_OF_PAGES = 'https://courier.example/2026/05/harbour'

/** Each returns the article as HTML; empty if it finds none. */
const contestants: Readonly<Record<string, (html: string) => Promise<string> | string>> = {
  'readability, linkedom': html => {
    const { document } = parseHTML(html)
    return new Readability(document as unknown as ConstructorParameters<typeof Readability>[0]).parse()?.content ?? '' // linkedom has what it uses
  },
  'newsdesk (readability)': html => {
    const page = reducePage(html)
    return page.kind === 'page' ? extractText(page.markup, URL_OF_PAGES, page.marks.titles) : `given up: ${page.detail}`
  },
  'defuddle, linkedom': async html => (await Defuddle(parseHTML(html).document, URL_OF_PAGES)).content,
}

/** ms after which an extraction that does not end is ended. */
const MAX_TIME = 15_000

const fold = (text: string): string => text.replace(/\s+/g, '')

const LARGE: Readonly<Record<string, () => string>> = {
  'a page of 5 MB': () =>
    `<body><article>${`<p>${'The council met, and voted on the harbour. '.repeat(10)}</p>`.repeat(12_000)}</article>`,
  'a page of 290 KB': () =>
    `<body><article>${`<p>${'The council met, and voted on the harbour. '.repeat(10)}</p>`.repeat(660)}</article>`,
  '3,000 elements': () =>
    `<body><article>${`<p>${'The council met, <b>and</b> <i>voted</i> on the <a href="/x">harbour</a>. '}</p>`.repeat(740)}</article>`,
  '3,000 blocks': () =>
    `<body><div>${`<div class="a"><div>The council met, and voted on it.</div></div>`.repeat(1_450)}</div>`,
  '5 MB, most of it data': () =>
    `<body><script>${'{"a":[1,2,3,{"b":"<p>text</p>"}]},'.repeat(140_000)}</script><article>${`<p>${'The council met, and voted on the harbour. '.repeat(10)}</p>`.repeat(20)}</article>`,
  '100,000 nested elements': () => `<body>${'<div>'.repeat(100_000)}text`,
  '5 MB of one line': () => `<body><article><p>${'word, '.repeat(850_000)}</p></article>`,
}

const run = async (name: string, html: string): Promise<string> => {
  const extract = contestants[name]
  if (!extract) throw new Error(`no contestant ${name}`)
  return extract(html)
}

/** Prints a table of the contestants, and the pages of which a contestant found less or more. */
async function compare(what: string, pages: readonly ArticlePage[]): Promise<void> {
  console.log(
    `\n${pages.length} ${what}\n${'library'.padEnd(26)}${'recall'.padStart(9)}${'precision'.padStart(11)}${'ms a page, median'.padStart(20)}`,
  )
  for (const name of Object.keys(contestants)) {
    let [wanted, found, wrong] = [0, 0, 0]
    const times: number[] = []
    const worst: string[] = []
    for (const { name: label, html, wanted: body, unwanted } of [...pages, ...pages]) {
      const started = process.cpuUsage()
      const text = fold(plainText(await run(name, html)))
      const { user, system } = process.cpuUsage(started)
      times.push((user + system) / 1_000)
      // The first reading of each is for the compiler.
      if (times.length <= pages.length) continue
      const has = body.filter(each => text.includes(fold(each))).length
      const others = unwanted.filter(each => text.includes(fold(each))).length
      wanted += body.length
      found += has
      wrong += others
      if (has < body.length || others > 0) worst.push(`  ${label}: ${has} of ${body.length}, ${others} of others`)
    }
    const median = times.slice(pages.length).toSorted((a, b) => a - b)[Math.floor(pages.length / 2)] ?? Number.NaN
    console.log(
      `${name.padEnd(26)}${((100 * found) / wanted).toFixed(1).padStart(7)} %${((100 * found) / (found + wrong)).toFixed(1).padStart(9)} %${median.toFixed(1).padStart(20)}`,
    )
    for (const line of worst) console.log(line)
  }
}

const [, , contestant, page] = process.argv
if (contestant !== undefined && page !== undefined) {
  const html = LARGE[page]?.() ?? ''
  const started = performance.now()
  const found = await run(contestant, html).then(
    content => `${content.length} characters`,
    (error: unknown) => `failed: ${String(error).slice(0, 60)}`,
  )
  console.log(`${(performance.now() - started).toFixed(0)} ms, ${found}`)
} else {
  await compare('pages', buildPages())
  await compare('kept-back pages', buildKeptBack())
  console.log('\nlarge pages')
  for (const large of Object.keys(LARGE))
    for (const name of Object.keys(contestants)) {
      const args = ['--import', 'tsx', fileURLToPath(import.meta.url), name, large]
      const { stdout, signal } = spawnSync(process.execPath, args, { timeout: MAX_TIME, encoding: 'utf8' })
      console.log(
        `${large.padEnd(26)}${name.padEnd(26)}${signal ? `ended after ${MAX_TIME / 1_000} s` : stdout.trim() || 'crashed'}`,
      )
    }
}
