/** Headlines, each in its own language and direction: to a screen reader, and where it mixes with English. (pure) */

import { type Html, html } from './html.ts'

/** An article, as far as its headline is shown. */
export interface Titled {
  readonly id: string
  readonly title: string
  /** BCP 47. */
  readonly language: string
}

/** The title alone. */
export const titleText = ({ title, language }: Omit<Titled, 'id'>): Html =>
  html`<bdi lang="${language}" dir="auto">${title}</bdi>`

/** The title as a link to the page of its article. */
export const headline = (article: Titled, kind: 'headline' | 'plain' = 'plain'): Html =>
  html`<a${kind === 'headline' ? html` class="headline"` : null} href="/articles/${article.id}" lang="${article.language}" dir="auto">${article.title}</a>`
