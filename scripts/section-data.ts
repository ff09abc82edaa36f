/**
 * Writes the training data of the shipped section model as JSON Lines, from a folder with HuffPost headlines
 * (sections-train.jsonl) and headlines of the UCI News Aggregator (sections-headlines.jsonl, with their events in
 * events-large.jsonl): tsx scripts/section-data.ts <folder> [--aside]. With --aside: the events that are left out of
 * training, to judge it. docs/sections.md says how the model is made of it.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { naiveBayes } from '../bench/quality-baselines.ts'

interface Line {
  readonly id: string
  readonly title: string
  readonly section: string
  readonly lang: string
}

/** One event in this many of a section is left out. */
const ASIDE = 4
/** Weight of an event of one headline; that of its headlines together grows with the root of their number. */
const WEIGHT = 3

const { values, positionals } = parseArgs({ allowPositionals: true, options: { aside: { type: 'boolean' } } })
const [folder = ''] = positionals
const read = <T>(name: string): T[] =>
  readFileSync(join(folder, name), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as T) // the data sets' own shape

const huffPost = read<Line>('sections-train.jsonl')
const events = new Map(read<{ id: string; story: string }>('events-large.jsonl').map(({ id, story }) => [id, story]))
const headlines = read<Line>('sections-headlines.jsonl').map(line => ({
  ...line,
  group: events.get(line.id) ?? line.id,
}))

const sizes = new Map<string, number>()
for (const { group } of headlines) sizes.set(group, (sizes.get(group) ?? 0) + 1)
const aside = new Set(
  [...new Set(headlines.map(({ section }) => section))].flatMap(section =>
    [...new Set(headlines.filter(line => line.section === section).map(({ group }) => group))].filter(
      (_, place) => place % ASIDE === ASIDE - 1,
    ),
  ),
)

// The News Aggregator has one category for science and technology: HuffPost's headlines of the two tell them apart.
const isScience = naiveBayes(
  huffPost
    .filter(({ section }) => section === 'science' || section === 'technology')
    .map(({ title, section }) => ({ title, summary: '', section })),
)
const ownSection = ({ title, section }: Line): string =>
  section === 'scitech' ? isScience({ title, summary: '', section }) : section

const write = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
if (values.aside) for (const line of headlines.filter(({ group }) => aside.has(group))) write(line)
else {
  for (const { title, section, lang } of huffPost) write({ title, section, lang })
  for (const { title, lang, group, ...line } of headlines.filter(each => !aside.has(each.group)))
    write({
      ...{ title, section: ownSection({ title, lang, ...line }), lang, group },
      weight: WEIGHT / Math.sqrt(sizes.get(group) ?? 1),
    })
}
