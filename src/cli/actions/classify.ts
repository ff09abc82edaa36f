/**
 * `newsdesk classify`: reads articles as JSON Lines from stdin, and writes their sections with the evidence to stdout
 * as it goes.
 */

import { once } from 'node:events'
import { existsSync } from 'node:fs'

import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import { withoutMarks } from '../../articles/rules/titles/marks.ts'
import { loadConfig } from '../../config/load.ts'
import { primaryLanguage } from '../../domain/language.ts'
import type { SectionId, Taxonomy } from '../../domain/section.ts'
import { decideLanguage } from '../../languages/decide.ts'
import type { SectionModel } from '../../sections/classifier/model-file.ts'
import { classifyBy, findTextLanguage } from '../../sections/classify.ts'
import { customModelPath, loadSectionModel } from '../../sections/model-loader.ts'
import { type Classify, classifySections } from '../../sections/sections.ts'

const Line = z.object({
  id: z.union([z.string(), z.number()]),
  title: z.string().nullish(),
  summary: z.string().nullish(),
  url: z.string().nullish(),
  categories: z.array(z.string()).nullish(),
  source: z.string().nullish(),
  lang: z.string().nullish(),
})

export interface LineClassifier {
  readonly taxonomy: Taxonomy
  readonly sources: readonly {
    readonly id: string
    readonly section: SectionId
    readonly language?: string | undefined
    readonly general?: boolean | undefined
  }[]
  readonly classify: Classify
  readonly model: Pick<SectionModel, 'languages'>
  /** Language of lines that have none and whose source has none. */
  readonly language: string | null
  /** The text votes from this probability on; undefined: the default of `classifySections`. */
  readonly threshold?: number | undefined
}

/** Says why the text of an article was ignored; undefined if it was not. */
const findIgnoredReason = (
  text: Parameters<typeof findTextLanguage>[1],
  model: LineClassifier['model'],
): string | undefined => {
  if (findTextLanguage(model, text) !== null) return undefined
  const known = model.languages.join(', ')
  const language = primaryLanguage(text.language)
  if (language === null) return `its language is unknown; the text classifier knows ${known}`
  return model.languages.includes(language)
    ? `few of its words are ${language}`
    : `its language is ${text.language}; the text classifier knows ${known}`
}

/** Classifies the article on one line. @throws Error that says what is wrong with the line */
export const classifyLine = (
  line: string,
  { taxonomy, sources, classify, model, language: fallback, threshold }: LineClassifier,
): object => {
  const { id, title, summary, url, categories, source, lang } = Line.parse(JSON.parse(line))
  const from = sources.find(each => each.id === source) ?? null
  const text = { title: title ?? '', summary: summary ?? '' }
  const language = decideLanguage(`${text.title} ${text.summary}`, [lang, from?.language, fallback]) || null
  const why = findIgnoredReason({ ...text, language }, model)
  const { sections, confidence, evidence } = classifySections(
    withoutMarks({ ...text, language, url: url ?? '', categories: categories ?? [], source: from }),
    taxonomy,
    classify,
    threshold === undefined ? {} : { threshold },
  )
  const round = (value: number) => Math.round(value * 1_000) / 1_000
  return {
    id,
    section: sections[0] ?? null,
    sections,
    confidence: round(confidence),
    evidence: evidence.map(each => ({ ...each, weight: round(each.weight) })),
    ...(why === undefined ? {} : { textIgnored: why }),
  }
}

/** Characters. */
const MAX_LINE = 1_000_000

/** Reports each invalid line with its number and goes on with the rest. @returns how many lines were invalid */
export const classifyStream = async (
  input: Readable,
  output: Writable,
  tagger: LineClassifier,
  say: (line: string) => void,
): Promise<number> => {
  let [number, ignored] = [0, 0]
  let bad = 0
  // The reader may close the pipe early: `newsdesk classify | head`.
  let gone = false
  const left = new Promise<void>(resolve => {
    output.once('error', () => {
      gone = true
      resolve()
    })
  })
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (gone) break
    number++
    if (line.trim() === '') continue
    let tagged: object
    try {
      if (line.length > MAX_LINE) throw new Error(`longer than ${MAX_LINE} characters`)
      tagged = classifyLine(line, tagger)
    } catch (error) {
      bad++
      say(`line ${number}: skipped: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`)
      continue
    }
    if ('textIgnored' in tagged) ignored++
    if (!output.write(`${JSON.stringify(tagged)}\n`)) await Promise.race([once(output, 'drain'), left])
  }
  if (ignored > 0)
    say(
      `The text of ${ignored} ${ignored === 1 ? 'article was' : 'articles were'} ignored: textIgnored says why. The language of an article is that of its text; where that leaves it open, it comes from its lang, its source, or --language.`,
    )
  return bad
}

export const createLineClassifier = (
  taxonomy: Taxonomy,
  sources: LineClassifier['sources'],
  model: SectionModel,
  { language = null, threshold }: Partial<Pick<LineClassifier, 'language' | 'threshold'>> = {},
): LineClassifier => ({
  ...{ taxonomy, sources, model, language, threshold },
  classify: classifyBy(model),
})

/** @returns 0; 1 if lines were skipped; 2 if the model cannot be read */
export const classifyCommand = async (
  configDir: string,
  { model, language, threshold }: { model?: string; language?: string; threshold?: number },
): Promise<number> => {
  const { taxonomy, sources } = loadConfig(configDir, process.env)
  const own = customModelPath(configDir)
  let classifier: SectionModel
  try {
    classifier = loadSectionModel(model ?? (existsSync(own) ? own : undefined))
  } catch (error) {
    console.error((error as Error).message)
    return 2
  }
  if (language !== undefined && primaryLanguage(language) === null) {
    console.error(`--language ${language}: must be a BCP 47 language tag, such as en or pt-BR.`)
    return 2
  }
  const tagger = createLineClassifier(taxonomy, sources, classifier, { language: language ?? null, threshold })
  const bad = await classifyStream(process.stdin, process.stdout, tagger, line => console.error(line))
  return bad === 0 ? 0 : 1
}
