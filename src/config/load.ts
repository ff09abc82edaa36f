/**
 * Reads newsdesk.yaml, sources.yaml, sections.yaml and rules.yaml, and the environment that overrides them. Reports all
 * problems together.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { Section, type Taxonomy } from '../domain/section.ts'
import { Source } from '../domain/source.ts'
import type { RuleSet } from '../rules/rule.ts'
import { readRules } from './item-rules.ts'
import { ConfigError, findPlace, formatIssue, type ReadFile, shownValue } from './problems.ts'
import { readSettings } from './read-settings.ts'
import { readYaml } from './read-yaml.ts'
import type { Role } from './roles.ts'
import { findCycles, RESERVED_SECTIONS } from './rules.ts'
import type { Settings } from './schema.ts'

export interface Config {
  readonly settings: Settings
  readonly sources: readonly Source[]
  readonly taxonomy: Taxonomy
  /** Rules of rules.yaml; none unless given. */
  readonly rules?: RuleSet
  /** The folder that the configuration was read from. */
  readonly dir: string
  /** What is written and has no effect beside a default, for people. */
  readonly notes?: readonly string[]
  /** Where a key was set, as an error names it; absent if the configuration was not read from files. */
  readonly originOf?: (path: readonly string[]) => string
  /** The value of a key as it was written; undefined if it was not set. */
  readonly writtenAt?: (path: readonly string[]) => unknown
}

/** An element of a list, with its index. */
interface Item<T> {
  readonly index: number
  readonly item: T
}

const rawList = (file: ReadFile | null, key: string): unknown => {
  const written = file?.written
  return typeof written === 'object' && written !== null ? (written as Record<string, unknown>)[key] : undefined
}

/** Ids as written, even of invalid elements: another mistake must not make an id unknown. */
const idsIn = (file: ReadFile | null, key: string): string[] | null => {
  const list = rawList(file, key)
  if (!Array.isArray(list)) return null
  return list.flatMap(each => (typeof each?.id === 'string' ? [each.id] : []))
}

const readList = <Schema extends z.ZodObject>(
  file: ReadFile,
  key: string,
  schema: Schema,
  problems: string[],
): Item<z.output<Schema>>[] => {
  const list = rawList(file, key)
  if (!Array.isArray(list)) {
    problems.push(`${findPlace(file, [key])} ${key}: must be a list of ${key}`)
    return []
  }
  return list.flatMap((each, index) => {
    const parsed = schema.safeParse(each)
    if (parsed.success) return [{ index, item: parsed.data }]
    for (const issue of parsed.error.issues)
      problems.push(...formatIssue(file, { ...issue, path: [key, index, ...issue.path] }, Object.keys(schema.shape)))
    return []
  })
}

/** Text under a field of each in a list as it is written, also of those that are wrong besides. */
const writtenIn = (file: ReadFile, key: string, field: string): Item<string>[] => {
  const list = rawList(file, key)
  if (!Array.isArray(list)) return []
  return list.flatMap((each, index) => (typeof each?.[field] === 'string' ? [{ index, item: each[field] }] : []))
}

/** Reports elements of a list that share a value that must be unique. */
const repeated = (file: ReadFile, key: string, field: string, problems: string[]): void => {
  const first = new Map<string, number>()
  for (const { index, item } of writtenIn(file, key, field)) {
    const before = first.get(item)
    if (before === undefined) first.set(item, index)
    else
      problems.push(
        `${findPlace(file, [key, index, field])} ${key}[${index}].${field}: is ${shownValue([field], item)}, like ${key}[${before}]`,
      )
  }
}

const readSections = (file: ReadFile, problems: string[]): Taxonomy => {
  const read = readList(file, 'sections', Section, problems)
  const ids = idsIn(file, 'sections') ?? []
  const tell = (index: number, field: string, message: string) =>
    problems.push(`${findPlace(file, ['sections', index, field])} sections[${index}].${field}: ${message}`)
  repeated(file, 'sections', 'id', problems)
  for (const { index, item: parent } of writtenIn(file, 'sections', 'parent'))
    if (!ids.includes(parent)) tell(index, 'parent', `is ${JSON.stringify(parent)}, which is not a section`)
  for (const { index, item: id } of writtenIn(file, 'sections', 'id'))
    if (RESERVED_SECTIONS.includes(id))
      tell(index, 'id', `is ${JSON.stringify(id)}, which is reserved for names of lists; choose another`)
  for (const { index, message } of findCycles(read.map(({ item }) => item)))
    tell(read[index]?.index ?? index, 'parent', message)
  return read.map(({ item }) => item)
}

const readSources = (file: ReadFile, sections: readonly string[] | null, problems: string[]): Source[] => {
  const read = readList(file, 'sources', Source, problems)
  repeated(file, 'sources', 'id', problems)
  repeated(file, 'sources', 'url', problems)
  for (const { index, item: section } of writtenIn(file, 'sources', 'section')) {
    if (sections !== null && !sections.includes(section))
      problems.push(
        `${findPlace(file, ['sources', index, 'section'])} sources[${index}].section: is ${JSON.stringify(section)}; allowed: ${sections.join(', ')}`,
      )
  }
  return read.map(({ item }) => item)
}

/** The files of a configuration folder. */
export const CONFIG_FILES = ['newsdesk.yaml', 'sources.yaml', 'sections.yaml', 'rules.yaml'] as const

export interface LoadOptions {
  /** Roles of the process, if the command line names them: some rules apply to some roles only. */
  readonly roles?: readonly Role[] | undefined
}

/**
 * @param dir folder with sources.yaml and sections.yaml, and newsdesk.yaml and rules.yaml if there are any
 * @throws ConfigError listing every problem with file, line, key, what was found and what is allowed
 */
export const loadConfig = (dir: string, env: NodeJS.ProcessEnv, { roles }: LoadOptions = {}): Config => {
  const problems: string[] = []
  const [main, sourcesFile, sectionsFile, rulesFile] = CONFIG_FILES.map(name => readYaml(dir, name, problems))
  const isThere = (name: string) => existsSync(join(dir, name))
  const {
    settings,
    problems: wrong,
    notes,
    originOf,
    writtenAt,
  } = readSettings(main ?? null, env, {
    roles,
    sourceIds: idsIn(sourcesFile ?? null, 'sources'),
  })
  problems.push(...wrong)
  if (!isThere('sources.yaml'))
    problems.push(`${join(dir, 'sources.yaml')}: not found; it lists the sources. Use --config to name another folder`)
  if (!isThere('sections.yaml'))
    problems.push(
      `${join(dir, 'sections.yaml')}: not found; it lists the sections. Use --config to name another folder`,
    )
  const taxonomy = sectionsFile ? readSections(sectionsFile, problems) : []
  const sources = sourcesFile ? readSources(sourcesFile, idsIn(sectionsFile ?? null, 'sections'), problems) : []
  const known = { sections: idsIn(sectionsFile ?? null, 'sections'), sources: idsIn(sourcesFile ?? null, 'sources') }
  const { rules, problems: inRules, notes: ofRules } = readRules(rulesFile ?? null, known)
  problems.push(...inRules)
  if (problems.length > 0 || !settings) throw new ConfigError(problems)
  return { settings, sources, taxonomy, rules, dir, notes: [...notes, ...ofRules], originOf, writtenAt }
}
