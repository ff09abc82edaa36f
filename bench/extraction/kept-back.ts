/**
 * Pages of other layouts than those of pages.ts, in the same three languages: nothing was chosen or tuned by them, so they
 * tell what the choice is worth elsewhere. (pure)
 */

import {
  type ArticlePage,
  buildPages,
  commentList,
  footer,
  header,
  type Layout,
  li,
  type Parts,
  p,
  teaserList,
  woven,
} from './pages.ts'

/** Teasers of other articles as cards that are links as a whole, and as paragraphs that end in a link. */
const linkedCards = ({ teasers }: Parts): string =>
  teasers.map(text => `<a class="card" href="/y"><h4>Elsewhere</h4><p>${text}</p></a>`).join('')
const plainTeasers = ({ teasers }: Parts): string =>
  teasers.map(text => `<div class="item"><p>${text} <a href="/z">more</a></p></div>`).join('')

const LAYOUTS: Readonly<Record<string, Layout>> = {
  'fields of a publishing system': parts =>
    `${header(parts)}<div class="layout-content"><div class="node node--type-article node--view-mode-full"><h1 class="page-title">${parts.title}</h1><div class="node__content"><div class="field field--name-field-image"><img src="/c.jpg" alt=""></div><div class="clearfix text-formatted field field--name-body field--type-text-with-summary field__item">${p(parts.body)}</div></div></div></div><div class="region-sidebar"><div class="block block-views">${teaserList(parts, 'view-content')}</div></div>${footer(parts)}`,
  'interview, questions in bold': parts =>
    `${header(parts)}<main id="main"><article><header><h1>${parts.title}</h1><p>By <a href="/a">A. Writer</a></p></header>${parts.body.map((text, n) => `<p><strong>And then, number ${n}?</strong></p><p>${text}</p>`).join('')}</article><section class="more-on-this">${linkedCards(parts)}</section></main>${footer(parts)}`,
  'half of it a list': parts => {
    const half = Math.ceil(parts.body.length / 2)
    return `${header(parts)}<main><div class="article__body">${p(parts.body.slice(0, half))}<ul>${parts.body
      .slice(half)
      .map(text => `<li>${text}</li>`)
      .join('')}</ul></div></main>${commentList(parts, 'disqus_thread')}${footer(parts)}`
  },
  'rows and columns': parts =>
    `${header(parts)}<div class="container"><div class="row"><div class="col-8"><h1>${parts.title}</h1>${parts.body.map(text => `<div class="row"><div class="col"><p>${text}</p></div></div>`).join('')}</div><div class="col-4">${plainTeasers(parts)}</div></div></div>${footer(parts)}`,
  'text in the data of the page': parts =>
    `<script type="application/ld+json">${JSON.stringify({ '@context': 'https://schema.org', '@type': 'NewsArticle', headline: parts.title, articleBody: parts.body.join('\n\n') })}</script><div id="root"><div class="sc-a1">${header(parts)}<div class="sc-b2"><h1>${parts.title}</h1><div class="sc-c3">${p(parts.body)}</div><div class="sc-d4">${commentList(parts, 'e5')}</div><div class="sc-f6">${plainTeasers(parts)}</div></div></div></div>${footer(parts)}`,
  'newsletter in the text': parts =>
    `${header(parts)}<article class="post"><h1>${parts.title}</h1><div class="post-content">${woven(parts.body, 4, index => `<div class="newsletter-signup"><h3>Our newsletter</h3><p>${parts.notices[index % 3]}</p><form><input name="mail"></form></div>`)}</div></article>${footer({ ...parts, notices: [] })}`,
  'live ticker': parts =>
    `${header(parts)}<main><h1>${parts.title}</h1><div class="liveblog">${parts.body.map((text, n) => `<section class="entry" id="e${n}"><time datetime="2026-05-04T1${n % 10}:00Z">1${n % 10}.00</time><h3>Number ${n}</h3><p>${text}</p></section>`).join('')}</div></main><aside class="sidebar">${teaserList(parts, 'popular')}</aside>${footer(parts)}`,
  'text in bare blocks': parts =>
    `<div id="head"><ul>${li(parts.menu)}</ul></div><div id="wrapper"><div id="left"><h2>${parts.title}</h2><div class="txt">${parts.body.map(text => `<div>${text}</div>`).join('')}</div></div><div id="right">${linkedCards(parts)}</div></div>${footer(parts)}`,
}

export const buildKeptBack = (): ArticlePage[] => buildPages(LAYOUTS, 501)
