/**
 * Finds the text of an article in its reduced page: what the page marks as the text, else what Readability (the reader
 * view of Firefox) finds once teasers of other articles, readers' comments and boxes that ask for something are removed.
 * (pure)
 */

import { Readability } from '@mozilla/readability'
import JSDOMParser, { type SmallElement as Element } from '@mozilla/readability/JSDOMParser.js'

/** Characters of text up to which a block is a teaser or a box, not the article. */
const MAX_BOX = 600
/** Characters of text from which what a page marks as the text is the text. */
const MIN_MARKED = 200
/** Readability looks again, less strictly, if it found fewer characters. */
const MIN_FOUND = 200

const HEADINGS = new Set(['H1', 'H2', 'H3', 'H4', 'H5', 'H6'])
/** Blocks that make a link around them a card. */
const IN_CARDS = new Set(['P', 'DIV', 'H2', 'H3', 'H4'])
const CONTAINERS = new Set(['HTML', 'BODY', 'MAIN', 'ARTICLE'])
/** Elements that stand beside a text, if they have less than half of the text of the page. */
const BESIDE_BY_NAME = new Set(['FOOTER', 'ASIDE'])
/** Class names and ids of parts beside the text, each as a word of its own. */
const BESIDE_BY_CLASS =
  /(?:^|[\s_-])(?:comments?|disqus(?:_thread)?|kommentare?|commentaires|comentarios|newsletter|sign-?up|subscribe|related|recirc|recommended|more-on|most-read|most-popular|promo|teasers?|share(?:bar)?|social|outbrain|taboola|breadcrumbs?|author-bio|pullquote)(?:[\s_-]|$)/i

/** Lengths as they were when first asked for: a page has thousands of elements, and each may be asked for by many. */
const createLengths = () => {
  const known = new Map<Element, number>()
  return (element: Element): number => {
    const length = known.get(element) ?? element.textContent.length
    known.set(element, length)
    return length
  }
}
type LengthOf = ReturnType<typeof createLengths>

const within = (element: Element): Element[] => [...element.getElementsByTagName('*')]

const findAround = (from: Element, isWanted: (element: Element) => boolean): Element | null => {
  for (let up: Element | null = from.parentNode; up !== null; up = up.parentNode) if (isWanted(up)) return up
  return null
}

/** The largest block around a heading that has no other heading and little text. */
const findBox = (heading: Element, lengthOf: LengthOf): Element => {
  let box = heading
  for (let up = box.parentNode; up !== null && !CONTAINERS.has(up.tagName); up = up.parentNode) {
    if (lengthOf(up) > MAX_BOX || within(up).filter(({ tagName }) => HEADINGS.has(tagName)).length > 1) break
    box = up
  }
  return box
}

/** A heading that is nothing but a link to another page begins a teaser. */
const isLinked = (heading: Element): boolean => {
  const [link] = heading.getElementsByTagName('a')
  const around = link ?? findAround(heading, ({ tagName }) => tagName === 'A')
  if (!around || (around.getAttribute('href') ?? '#').startsWith('#')) return false
  return around.textContent.trim().length >= heading.textContent.trim().length * 0.9
}

/** What is removed because of one element: a box around it, itself, or nothing. */
const findBeside = (element: Element, lengthOf: LengthOf, whole: number): Element | null => {
  const { tagName } = element
  if (CONTAINERS.has(tagName)) return null
  if (HEADINGS.has(tagName) && tagName !== 'H1' && isLinked(element)) return findBox(element, lengthOf)
  if (IN_CARDS.has(tagName)) {
    const card = findAround(element, around => around.tagName === 'A')
    if (card !== null && lengthOf(card) <= MAX_BOX) return card
  }
  if (tagName === 'FORM') {
    const box = element.parentNode
    return box !== null && !CONTAINERS.has(box.tagName) && lengthOf(box) <= MAX_BOX ? box : element
  }
  const isBeside = BESIDE_BY_NAME.has(tagName) || BESIDE_BY_CLASS.test(`${element.className} ${element.id}`)
  return isBeside && lengthOf(element) * 2 < whole ? element : null
}

/** Whether a heading only repeats the title of the page. */
const repeatsTitle = ({ tagName, textContent }: Element, titles: readonly string[]): boolean => {
  if (tagName !== 'H1' && tagName !== 'H2') return false
  const text = textContent.replace(/\s+/g, ' ').trim()
  return text !== '' && titles.some(title => title.includes(text))
}

const removeBeside = (body: Element, titles: readonly string[]): void => {
  const lengthOf = createLengths()
  const whole = lengthOf(body)
  for (const element of within(body)) {
    // One around it may be gone already.
    if (findAround(element, up => up === body) === null) continue
    const beside = repeatsTitle(element, titles) ? element : findBeside(element, lengthOf, whole)
    if (beside?.parentNode) beside.remove()
  }
}

/** The text of the one element that the page marks as the text (schema.org), if it has enough of it. */
const findMarked = (body: Element): string | null => {
  const marked = within(body).filter(element =>
    /(?:^|\s)articleBody(?:\s|$)/.test(element.getAttribute('itemprop') ?? ''),
  )
  const [only] = marked
  return only && marked.length === 1 && only.textContent.length >= MIN_MARKED ? only.innerHTML : null
}

/**
 * @param markup as reducePage returns it
 * @param url of the page
 * @param titles of the page, which are not part of the text
 * @returns HTML that still has to be sanitised; empty if no text was found
 */
export const extractText = (markup: string, url: string, titles: readonly string[]): string => {
  const document = new JSDOMParser().parse(`<html><head></head><body>${markup}</body></html>`, url)
  removeBeside(document.body, titles)
  const marked = findMarked(document.body)
  if (marked !== null) return marked
  // It is made for this DOM, but its types name that of browsers.
  const reader = new Readability(document as unknown as ConstructorParameters<typeof Readability>[0], {
    charThreshold: MIN_FOUND,
  })
  return reader.parse()?.content ?? ''
}
