/**
 * Renders the front page of a news site for a terminal: takes the state, returns lines that are exactly as wide as
 * asked. (pure)
 */

import pc from 'picocolors'
import stringWidth from 'string-width'
import type { Entry } from '../src/client/index.ts'
import { COUNTERS } from '../src/domain/counts.ts'
import { formatDuration } from '../src/util/duration.ts'
import { drawSparkline } from '../src/util/sparkline.ts'
import { fitTo } from '../src/util/table.ts'
import type { Panels } from './reader.ts'

/** The panels, and the facts around them. */
export interface FrontPage extends Panels {
  /** ms since the epoch. */
  readonly now: number
  readonly numbers: {
    readonly sources: number
    readonly stories: number
    readonly reads: number
    readonly crawls: number
  }
  /** New articles and counted reads per second, oldest first. */
  readonly arrivals: readonly number[]
  readonly reads: readonly number[]
  readonly troubles: readonly string[]
  readonly hint: string
}

export interface Size {
  readonly width: number
  readonly height: number
  readonly colour: boolean
}

type Paint = (text: string) => string
interface Paints {
  readonly bold: Paint
  readonly dim: Paint
  readonly label: Paint
  readonly number: Paint
  readonly head: Paint
}

const paintsFor = (colour: boolean): Paints => {
  const colours = pc.createColors(colour)
  return {
    bold: colours.bold,
    dim: colours.dim,
    label: colours.cyan,
    number: colours.yellow,
    head: text => colours.bold(colours.red(text)),
  }
}

/** Cuts or pads text to a number of cells. */
const cell = (text: string, cells: number): string => {
  const cut = fitTo(text, cells)
  return cut + ' '.repeat(Math.max(0, cells - stringWidth(cut)))
}

/** Wraps words to lines of a number of cells; too long words, and scripts without spaces, are cut. */
const wrap = (text: string, cells: number, most: number): string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])|\s+/u)) {
    const joined =
      line === ''
        ? word
        : /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(line)
          ? line + word
          : `${line} ${word}`
    if (stringWidth(joined) <= cells) line = joined
    else {
      if (line !== '') lines.push(line)
      line = word
    }
  }
  if (line !== '') lines.push(line)
  if (lines.length <= most) return lines
  return [...lines.slice(0, most - 1), fitTo(`${lines.slice(most - 1).join(' ')}`, cells)]
}

/** The latest values, as wide as there are cells. */
export const sparkline = (values: readonly number[], cells: number): string =>
  drawSparkline(values.slice(-cells)).padStart(cells)

const heading = (title: string, cells: number, { head, dim }: Paints): string => {
  const cut = fitTo(title, cells - 2)
  return `${head(cut)} ${dim('─'.repeat(Math.max(0, cells - stringWidth(cut) - 1)))}`
}

/** A numbered entry in two lines: the title, and below it the section and the source. */
const numbered = (entry: Entry, cells: number, paints: Paints): string[] => {
  const more = entry.story.sources > 1 ? ` · ${entry.story.sources} sources` : ''
  const label = fitTo(entry.section.label.toUpperCase(), 14)
  const rest = cell(`${more} · ${entry.source.name}`, cells - 3 - stringWidth(label))
  return [
    `${paints.number(String(entry.rank).padStart(2))} ${cell(entry.title, cells - 3)}`,
    `   ${paints.label(label)}${paints.dim(rest)}`,
  ]
}

/** A numbered entry in one line: section, then title. */
const numberedShort = (entry: Entry, cells: number, paints: Paints): string => {
  const label = cell(entry.section.label.toUpperCase(), 13)
  return `${paints.number(String(entry.rank).padStart(2))} ${paints.label(label)} ${cell(entry.title, cells - 17)}`
}

/** With the time that latest is ordered by. */
const timed = (entry: Entry, cells: number, now: number, paints: Paints): string => {
  const age = formatDuration(now - Date.parse(entry.newsAt ?? entry.publishedAt)).padStart(7)
  return `${paints.dim(age)}  ${cell(entry.title, cells - 9)}`
}

const empty = (cells: number, { dim }: Paints, why = 'waiting for the first articles…'): string => dim(cell(why, cells))

const articleLines = (page: FrontPage, cells: number, paints: Paints): string[] => {
  if (!page.article) return [empty(cells, paints)]
  const { article, source, label } = page.article
  const by = [article.author, source, `${formatDuration(page.now - Date.parse(article.publishedAt))} ago`]
    .filter(Boolean)
    .join(' · ')
  const counts = COUNTERS.map(counter => `${article[counter]} ${counter}`).join(' · ')
  return [
    paints.label(cell(label.toUpperCase(), cells)),
    ...wrap(article.headline, cells, 2).map(line => paints.bold(cell(line, cells))),
    paints.dim(cell(by, cells)),
    ...wrap(article.summary, cells, 3).map(line => cell(line, cells)),
    paints.number(cell(counts, cells)),
  ]
}

const fillTo = (lines: readonly string[], height: number, cells: number): string[] => [
  ...lines.slice(0, height),
  ...Array.from({ length: Math.max(0, height - lines.length) }, () => ' '.repeat(cells)),
]

/** @returns exactly `height` lines of exactly `width` cells */
export const renderFrontPage = (page: FrontPage, { width, height, colour }: Size): string[] => {
  const paints = paintsFor(colour)
  const { sources, stories, reads, crawls } = page.numbers
  const title = 'THE NEWSDESK DEMO'
  const facts = `${sources} sources · ${stories} stories · ${crawls} crawls · ${reads} reads · ${new Date(page.now).toISOString().slice(11, 19)} UTC`
  const header = [
    `${paints.head(cell(title, Math.min(width, 20)))}${paints.dim(cell(' '.repeat(Math.max(0, width - 20 - stringWidth(facts))) + facts, Math.max(0, width - 20)))}`,
    paints.dim('═'.repeat(width)),
  ]
  const sparks = Math.max(8, Math.min(30, Math.floor(width / 5)))
  const pulse = `new articles ${sparkline(page.arrivals, sparks)}  reads ${sparkline(page.reads, sparks)}`
  const footer = [
    paints.dim('═'.repeat(width)),
    paints.dim(
      cell(
        page.troubles.length > 0
          ? `At the newsstand: ${page.troubles.join(', ')}`
          : 'At the newsstand: all publishers work',
        width,
      ),
    ),
    cell(pulse, width),
    // On a line of its own: a link must not be cut.
    paints.dim(cell(page.hint, width)),
  ]
  const bodyHeight = Math.max(0, height - header.length - footer.length)

  const gap = 3
  const right = Math.max(20, Math.floor((width - gap) * 0.42))
  const left = Math.max(10, width - gap - right)
  const list = (lines: readonly string[], cells: number, why?: string) =>
    lines.length > 0 ? lines : [empty(cells, paints, why)]
  const blankLeft = ' '.repeat(left)
  const blankRight = ' '.repeat(right)
  const leftLines = [
    ...articleLines(page, left, paints),
    blankLeft,
    heading('You May Also Like', left, paints),
    ...list(
      page.related.slice(0, 5).map(entry => numberedShort(entry, left, paints)),
      left,
      page.article ? 'nothing related to this article so far' : undefined,
    ),
    blankLeft,
    heading(`[${page.section.label.toUpperCase()}] Latest Stories`, left, paints),
    ...list(
      page.latest.slice(0, 6).map(entry => timed(entry, left, page.now, paints)),
      left,
    ),
    blankLeft,
    heading('Weekly Best Articles', left, paints),
    ...list(
      page.weekly.slice(0, 12).map(entry => numberedShort(entry, left, paints)),
      left,
    ),
  ]
  const rightLines = [
    heading('Popular Now', right, paints),
    ...list(
      page.popular.slice(0, 5).flatMap(entry => numbered(entry, right, paints)),
      right,
    ),
    blankRight,
    heading('Must-Reads', right, paints),
    ...list(
      page.mustReads.slice(0, 10).flatMap(entry => numbered(entry, right, paints)),
      right,
    ),
  ]
  const [l, r] = [fillTo(leftLines, bodyHeight, left), fillTo(rightLines, bodyHeight, right)]
  const body = l.map((line, index) => `${line}${paints.dim(' │ ')}${r[index] ?? blankRight}`)
  return [...header, ...body, ...footer].slice(0, height)
}
