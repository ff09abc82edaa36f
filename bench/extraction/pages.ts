/**
 * Thirty article pages to extract the text from, made after ten layouts that news sites use, each in English, German and
 * Japanese and of another length. Names, words and markup are invented; what belongs to the article is known. (pure)
 */

import { seeded } from '../../src/util/seeded-random.ts'

export interface ArticlePage {
  readonly name: string
  readonly html: string
  /** Paragraphs of the article, in order. */
  readonly wanted: readonly string[]
  /** Paragraphs of anything else: menus, teasers of other articles, comments, notices. */
  readonly unwanted: readonly string[]
}

type Language = 'en' | 'de' | 'ja'

const WORDS: Readonly<Record<Language, readonly string[]>> = {
  en: 'council harbour ferry vote budget island storm treaty mayor bridge port minister school teacher river company strike market winter plan court judge village engine border'.split(
    ' ',
  ),
  de: 'Hafen Fähre Rat Haushalt Insel Sturm Vertrag Bürgermeister Brücke Ministerin Schule Fluss Betrieb Streik Markt Winter Plan Gericht Richter Dorf Motor Grenze Bahn Turm'.split(
    ' ',
  ),
  ja: '港 船 市長 議会 予算 島 嵐 条約 橋 大臣 学校 教師 川 会社 市場 冬 計画 裁判所 村 国境 鉄道 塔 漁業 祭り'.split(
    ' ',
  ),
}

/** Makes paragraphs, none of them twice. */
const createWriter = (language: Language, seed: number) => {
  const random = seeded(seed)
  const word = (): string => WORDS[language][Math.floor(random() * WORDS[language].length)] ?? ''
  let count = 0
  const sentence = (): string => {
    count += 1
    if (language === 'en')
      return `The ${word()} of the ${word()} met the ${word()}, which had asked for ${count} more ${word()}s, before the ${word()} began.`
    if (language === 'de')
      return `Der ${word()} am ${word()} traf den ${word()}, der um ${count} weitere ${word()} gebeten hatte, bevor der ${word()} begann.`
    return `${word()}の${word()}は、${word()}に${count}件の${word()}を求めたと、${word()}の関係者が明らかにした。`
  }
  return {
    paragraph: (sentences: number): string =>
      Array.from({ length: sentences }, sentence).join(language === 'ja' ? '' : ' '),
    words: (number: number): string => {
      count += 1
      return `${Array.from({ length: number }, word).join(' ')} ${count}`
    },
  }
}
type Writer = ReturnType<typeof createWriter>

export interface Parts {
  readonly title: string
  readonly body: readonly string[]
  readonly menu: readonly string[]
  /** Teasers of other articles, each of a sentence or two. */
  readonly teasers: readonly string[]
  readonly comments: readonly string[]
  readonly notices: readonly string[]
}

export const li = (texts: readonly string[]): string => texts.map(text => `<li><a href="/x">${text}</a></li>`).join('')
export const p = (texts: readonly string[]): string => texts.map(text => `<p>${text}</p>`).join('\n')
export const header = ({ menu }: Parts): string => `<header><nav><ul>${li(menu)}</ul></nav></header>`
export const footer = ({ notices }: Parts): string => `<footer><div>${p(notices)}</div></footer>`
export const teaserList = ({ teasers }: Parts, name: string): string =>
  `<div class="${name}">${teasers.map(text => `<div class="teaser"><h3><a href="/y">More</a></h3><p>${text}</p></div>`).join('')}</div>`
export const commentList = ({ comments }: Parts, name: string): string =>
  `<section id="${name}">${comments.map(text => `<div class="comment"><b>Reader</b><p>${text}</p></div>`).join('')}</section>`

/** Puts something between the paragraphs, after every so many. */
export const woven = (body: readonly string[], every: number, insert: (index: number) => string): string =>
  body.map((text, index) => `<p>${text}</p>${(index + 1) % every === 0 ? insert(index) : ''}`).join('\n')

export type Layout = (parts: Parts) => string

const LAYOUTS: Readonly<Record<string, Layout>> = {
  'blog, classic theme': parts =>
    `${header(parts)}<div id="content"><div class="post hentry"><h1 class="entry-title">${parts.title}</h1><div class="entry-content">${p(parts.body)}<div class="sharedaddy"><a href="#">Share</a></div></div></div>${commentList(parts, 'comments')}</div><div id="sidebar" class="widget-area">${teaserList(parts, 'widget')}</div>${footer(parts)}`,
  'blog, block theme': parts =>
    `${header(parts)}<main class="wp-block-group"><h1 class="wp-block-post-title">${parts.title}</h1><div class="entry-content wp-block-post-content is-layout-constrained">${woven(parts.body, 3, () => '<figure class="wp-block-image"><img src="/a.jpg" alt=""></figure>')}</div></main><div class="wp-block-group">${teaserList(parts, 'wp-block-query')}</div>${footer(parts)}`,
  'broadcaster, a block a paragraph': parts =>
    `${header(parts)}<main><article><h1>${parts.title}</h1>${parts.body.map(text => `<div data-component="text-block" class="ssrcss-1"><div class="ssrcss-2"><p class="ssrcss-3"><b></b>${text}</p></div></div>`).join('')}<div data-component="links-block">${teaserList(parts, 'ssrcss-7')}</div></article></main>${footer(parts)}`,
  'popular paper, woven with offers': parts =>
    `${header(parts)}<div class="article-wide"><h1>${parts.title}</h1><ul class="share">${li(['Share', 'Tweet'])}</ul><div itemprop="articleBody">${woven(parts.body, 2, index => `<div class="mol-promo related"><h4>READ MORE</h4><p>${parts.teasers[index % parts.teasers.length]}</p></div><div class="ad-slot">Advertisement</div>`)}</div></div>${commentList(parts, 'reader-comments')}${footer(parts)}`,
  'paper with microdata': parts =>
    `${header(parts)}<article itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">${parts.title}</h1><div class="byline">By A. Writer</div><section itemprop="articleBody">${woven(parts.body, 4, () => '<aside class="pullquote"><blockquote>Quote</blockquote></aside>')}</section></article><aside>${teaserList(parts, 'most-read')}</aside>${footer(parts)}`,
  'tables and line breaks': parts =>
    `<table width="100%"><tr><td class="left"><ul>${li(parts.menu)}</ul></td><td class="main"><font size="5">${parts.title}</font><br><br>${parts.body.join('<br><br>')}</td><td class="right">${teaserList(parts, 'box')}</td></tr><tr><td colspan="3">${p(parts.notices)}</td></tr></table>`,
  'hashed classes, many comments': parts =>
    `<div id="__next"><div class="css-1a2b">${header(parts)}<div class="css-9x8y"><h1 class="css-77">${parts.title}</h1><div class="css-53u6y8">${p(parts.body)}</div></div><div class="css-q1w2">${commentList(parts, 'c')}${commentList({ ...parts, comments: parts.teasers }, 'd')}</div></div></div>`,
  'short dispatch, long page': parts =>
    `${header(parts)}<div class="wrap"><h1>${parts.title}</h1><div class="story">${p(parts.body.slice(0, 3))}</div><div class="subscribe"><p>${parts.notices[0]}</p></div>${teaserList({ ...parts, teasers: [...parts.teasers, ...parts.comments] }, 'latest-news')}</div>${footer(parts)}`,
  'long read with headings': parts =>
    `${header(parts)}<div role="main"><article class="longform"><header><h1>${parts.title}</h1></header><div class="body">${woven(parts.body, 3, index => `<h2>Part ${index}</h2>`)}</div><div class="author-bio"><p>${parts.notices[1]}</p></div></article>${teaserList(parts, 'recirc')}</div>${footer(parts)}`,
  'mobile page (AMP)': parts =>
    `<amp-sidebar><ul>${li(parts.menu)}</ul></amp-sidebar><article class="amp-wp-article"><h1 class="amp-wp-title">${parts.title}</h1><div class="amp-wp-article-content">${woven(parts.body, 2, () => '<amp-ad width="300"></amp-ad><amp-img src="/b.jpg" width="10" height="10"></amp-img>')}</div><footer class="amp-wp-article-footer"><p>${parts.notices[0]}</p></footer></article>${footer({ ...parts, notices: parts.notices.slice(1) })}`,
}

const buildParts = (writer: Writer, paragraphs: number): Parts => ({
  title: writer.words(6),
  body: Array.from({ length: paragraphs }, (_, n) => writer.paragraph(2 + (n % 3))),
  menu: Array.from({ length: 14 }, () => writer.words(1)),
  teasers: Array.from({ length: 6 }, () => writer.paragraph(1)),
  comments: Array.from({ length: 8 }, (_, n) => writer.paragraph(1 + (n % 3))),
  notices: Array.from({ length: 3 }, () => writer.paragraph(2)),
})

const LANGUAGES: readonly (readonly [Language, paragraphs: number])[] = [
  ['en', 14],
  ['de', 8],
  ['ja', 5],
]

const page = (title: string, language: Language, body: string): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${title} | The Courier</title><meta property="og:title" content="${title}"></head><body>${body}</body></html>`

/** @param layouts those of this file unless given @param firstSeed of the words */
export const buildPages = (layouts: Readonly<Record<string, Layout>> = LAYOUTS, firstSeed = 1): ArticlePage[] =>
  Object.entries(layouts).flatMap(([name, layout], at) =>
    LANGUAGES.map(([language, paragraphs], index): ArticlePage => {
      const parts = buildParts(createWriter(language, firstSeed + at * 10 + index), paragraphs)
      const body = layout(parts)
      const html = page(parts.title, language, body)
      const wanted = parts.body.filter(text => body.includes(text))
      const others = [...parts.teasers, ...parts.comments, ...parts.notices].filter(text => body.includes(text))
      return { name: `${name} (${language})`, html, wanted, unwanted: others }
    }),
  )
