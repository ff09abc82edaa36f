/** Reads config/: newsdesk.yaml, sources.yaml and sections.yaml, with the environment over them. All problems are found at once. */

import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { Section, type Taxonomy } from '../../article/taxonomy.ts'
import { createGuard } from '../../feed/guard.ts'
import { Source } from '../../sources/source.ts'
import { readEnvironment, variableOf } from './environment.ts'
import { ConfigError, placeOf, problemOf, shownValue, showPath, type YamlFile } from './problems.ts'
import { Settings } from './schema.ts'

export interface Config {
  readonly settings: Settings
  readonly sources: readonly Source[]
  readonly taxonomy: Taxonomy
  /** The folder it was read from. */
  readonly dir: string
}

/** A file with what is written in it; a problem where that cannot be told. */
interface ReadFile extends YamlFile {
  readonly written: unknown
}

const readYaml = (dir: string, name: string, problems: string[]): ReadFile | null => {
  const file = join(dir, name)
  if (!existsSync(file)) return null
  const lines = new LineCounter()
  const shown = relative(process.cwd(), file)
  const path = shown.startsWith('..') ? file : shown
  const tell = (line: number, column: number, message: string) =>
    problems.push(`${path}:${line}:${column} ${message.split('\n')[0]}`)
  try {
    const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines })
    for (const { linePos, message } of document.errors) tell(linePos?.[0].line ?? 1, linePos?.[0].col ?? 1, message)
    // What is not well-formed has no values; aliases that would expand without end throw here.
    return { path, document, lines, written: document.errors.length > 0 ? null : document.toJS() }
  } catch (error) {
    tell(1, 1, `cannot be read: ${error instanceof Error ? error.message : error}`)
    return null
  }
}

const keysOf = (schema: z.ZodObject): string[] => Object.keys(schema.shape)

const readSettings = (file: ReadFile | null, env: NodeJS.ProcessEnv, problems: string[]): Settings | null => {
  const { overrides, problems: unknown } = readEnvironment(env)
  problems.push(...unknown)
  const written = file?.written ?? {}
  const laid: Record<string, unknown> =
    typeof written === 'object' && !Array.isArray(written) ? (structuredClone(written) as Record<string, unknown>) : {} // a mapping's keys are text
  if (written !== null && typeof written === 'object' ? Array.isArray(written) : true) {
    if (file) problems.push(`${file.path}:1:1 (file): must be keys and values, such as "crawl:"`)
  }
  for (const { path, value } of overrides) {
    let at = laid
    for (const key of path.slice(0, -1)) {
      const next = at[key]
      at[key] = typeof next === 'object' && next !== null ? next : {}
      at = at[key] as Record<string, unknown> // just made one
    }
    const last = path.at(-1)
    if (last !== undefined) at[last] = value
  }
  const parsed = Settings.safeParse(laid)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) {
    const fromEnv = overrides.find(({ path }) => showPath(path) === showPath(issue.path))
    if (fromEnv)
      problems.push(
        `environment ${variableOf(fromEnv.path)}: is ${shownValue(fromEnv.path, fromEnv.value)}; ${issue.message}`,
      )
    else if (file) {
      const parent = issue.path.reduce<unknown>((schema, key) => shapeOf(schema)?.[String(key)], Settings)
      problems.push(...problemOf(file, issue, Object.keys(shapeOf(parent) ?? {})))
    } else problems.push(`${showPath(issue.path)}: ${issue.message}`)
  }
  return null
}

/** Keys of an object schema, through its defaults. */
const shapeOf = (schema: unknown): Record<string, unknown> | undefined => {
  const def = (schema as { _zod?: { def: { shape?: Record<string, unknown>; innerType?: unknown } } } | undefined)?._zod
    ?.def
  return def?.shape ?? (def?.innerType ? shapeOf(def.innerType) : undefined)
}

const readList = <Schema extends z.ZodObject>(
  file: ReadFile,
  key: string,
  schema: Schema,
  problems: string[],
): z.output<Schema>[] => {
  const { written } = file
  const list = typeof written === 'object' && written !== null ? (written as Record<string, unknown>)[key] : undefined
  if (!Array.isArray(list)) {
    problems.push(`${placeOf(file, [key])} ${key}: must be a list of ${key}`)
    return []
  }
  return list.flatMap((each, index) => {
    const parsed = schema.safeParse(each)
    if (parsed.success) return [parsed.data]
    for (const issue of parsed.error.issues)
      problems.push(...problemOf(file, { ...issue, path: [key, index, ...issue.path] }, keysOf(schema)))
    return []
  })
}

/** Says where two of a list share what must be its own. */
const repeated = <T>(
  file: YamlFile,
  key: string,
  field: string,
  list: readonly T[],
  of: (each: T) => string,
  problems: string[],
): void => {
  const first = new Map<string, number>()
  for (const [index, each] of list.entries()) {
    const before = first.get(of(each))
    if (before === undefined) first.set(of(each), index)
    else
      problems.push(
        `${placeOf(file, [key, index, field])} ${key}[${index}].${field}: is ${shownValue([field], of(each))}, as ${key}[${before}] already is`,
      )
  }
}

/**
 * @param dir folder with newsdesk.yaml (optional), sources.yaml and sections.yaml
 * @throws ConfigError listing every problem with file, line, key, what was found and what is allowed
 */
export const loadConfig = (dir: string, env: NodeJS.ProcessEnv): Config => {
  const problems: string[] = []
  const [main, sourcesFile, sectionsFile] = ['newsdesk.yaml', 'sources.yaml', 'sections.yaml'].map(name =>
    readYaml(dir, name, problems),
  )
  if (problems.length > 0) throw new ConfigError(problems)

  const settings = readSettings(main ?? null, env, problems)
  if (settings) {
    try {
      createGuard(settings.crawl.allow)
    } catch (error) {
      problems.push(
        `${main ? placeOf(main, ['crawl', 'allow']) : 'environment'} crawl.allow: ${error instanceof Error ? error.message : error}`,
      )
    }
  }
  if (!sourcesFile)
    problems.push(`${join(dir, 'sources.yaml')}: not found; it lists the sources. --config names another folder`)
  if (!sectionsFile)
    problems.push(`${join(dir, 'sections.yaml')}: not found; it lists the sections. --config names another folder`)
  const taxonomy = sectionsFile ? readList(sectionsFile, 'sections', Section, problems) : []
  const sources = sourcesFile ? readList(sourcesFile, 'sources', Source, problems) : []
  if (sectionsFile) {
    repeated(sectionsFile, 'sections', 'id', taxonomy, ({ id }) => id, problems)
    for (const [index, { parent }] of taxonomy.entries()) {
      if (parent !== undefined && !taxonomy.some(({ id }) => id === parent)) {
        problems.push(
          `${placeOf(sectionsFile, ['sections', index, 'parent'])} sections[${index}].parent: is ${JSON.stringify(parent)}, which is no section`,
        )
      }
    }
  }
  if (sourcesFile) {
    repeated(sourcesFile, 'sources', 'id', sources, ({ id }) => id, problems)
    repeated(sourcesFile, 'sources', 'url', sources, ({ url }) => url, problems)
    const ids = taxonomy.map(({ id }) => id)
    for (const [index, { section }] of sources.entries()) {
      if (taxonomy.length > 0 && !ids.includes(section)) {
        problems.push(
          `${placeOf(sourcesFile, ['sources', index, 'section'])} sources[${index}].section: is ${JSON.stringify(section)}; allowed: ${ids.join(', ')}`,
        )
      }
    }
  }
  if (problems.length > 0 || !settings) throw new ConfigError(problems)
  return { settings, sources, taxonomy, dir }
}
