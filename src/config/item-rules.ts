/**
 * Reads rules as people write them, in rules.yaml or in a form: every problem by line and column, and what is accepted
 * with a warning.
 */

import { z } from 'zod'
import { compilePattern, type Pattern, PatternError } from '../rules/pattern.ts'
import { APPLY, type Conditions, MAX_RULES, NO_RULES, Rule, type RuleSet, TEXT_FIELDS } from '../rules/rule.ts'
import { findPlace, formatIssue, nearestTo, type ReadFile, showPath } from './problems.ts'
import { parseYaml } from './read-yaml.ts'

/** Ids that rules may name; null where their file cannot be read. */
export interface KnownIds {
  readonly sections: readonly string[] | null
  readonly sources: readonly string[] | null
}

/** What was found in rules as written. */
interface Findings {
  readonly problems: string[]
  /** What is accepted, and worth a line. */
  readonly notes: string[]
}

type Path = readonly (string | number)[]

/** Where a single value stands for a list of one, the file has no index. */
const pathInFile = ({ written }: ReadFile, path: readonly PropertyKey[]): PropertyKey[] => {
  const kept: PropertyKey[] = []
  let at: unknown = written
  for (const part of path) {
    if (typeof part === 'number' && !Array.isArray(at)) continue
    kept.push(part)
    at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[part] : undefined
  }
  return kept
}

const formatAt = (file: ReadFile, path: Path, message: string): string => {
  const place = pathInFile(file, path)
  return `${findPlace(file, place)} ${showPath(place) || '(file)'}: ${message}`
}

/** Headlines as long as most are, for the cost of a pattern that is tried on every item. */
const SAMPLES = [
  'Ministers agree on a budget after a night of talks, and the opposition calls for a vote',
  'Championnat : une victoire arrachée dans les dernières minutes devant 40 000 spectateurs',
  'Zahl der Passagiere steigt im dritten Quartal um 12 Prozent, Gewinn bleibt hinter Erwartungen zurück',
  'How a small town on the coast rebuilt its harbour: ten years, three mayors and one stubborn engineer',
]
/** The first rounds compile the pattern's automaton, and a busy machine slows some of them. */
const ROUNDS = 100

/** Microseconds that a pattern takes for a headline, in the fastest round. */
const measure = ({ test }: Pattern): number => {
  let fastest = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now()
    for (const sample of SAMPLES) test(sample)
    fastest = Math.min(fastest, performance.now() - began)
  }
  return (fastest * 1_000) / SAMPLES.length
}

const checkPattern = (file: ReadFile, path: Path, source: string, { problems, notes }: Findings): void => {
  try {
    const pattern = compilePattern(source)
    if (pattern.required !== null) return
    const cost = measure(pattern).toFixed(1)
    notes.push(
      formatAt(
        file,
        path,
        `no text of three characters or more has to occur where it matches, so it is tried on every item, at about ${cost} µs a headline; a word that it always contains makes it free elsewhere`,
      ),
    )
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    problems.push(
      formatAt(
        file,
        path,
        `${error.message}; it must be a regular expression of RE2, without look-around and back-references`,
      ),
    )
  }
}

/** Checks ids and patterns of conditions that match the schema. */
const checkConditions = (
  file: ReadFile,
  path: Path,
  conditions: Conditions,
  known: KnownIds,
  found: Findings,
): void => {
  for (const field of TEXT_FIELDS)
    for (const [index, term] of (conditions[field] ?? []).entries())
      if (typeof term !== 'string') checkPattern(file, [...path, field, index, 'pattern'], term.pattern, found)
  for (const [index, id] of (conditions.source ?? []).entries()) {
    if (known.sources === null || known.sources.includes(id)) continue
    const meant = nearestTo(id, known.sources)
    const hint = meant ? `; did you mean ${meant}?` : ''
    found.notes.push(
      formatAt(file, [...path, 'source', index], `sources.yaml has no source ${JSON.stringify(id)}${hint}`),
    )
  }
  checkSections(file, [...path, 'section'], conditions.section ?? [], known, found)
}

const checkSections = (
  file: ReadFile,
  path: Path,
  ids: readonly string[],
  { sections }: KnownIds,
  { problems }: Findings,
): void => {
  for (const [index, id] of ids.entries())
    if (sections !== null && !sections.includes(id))
      problems.push(formatAt(file, [...path, index], `is ${JSON.stringify(id)}; allowed: ${sections.join(', ')}`))
}

/** Checks one rule as written. @returns null if it does not match the schema */
const checkRule = (file: ReadFile, path: Path, written: unknown, known: KnownIds, found: Findings): Rule | null => {
  const parsed = Rule.safeParse(written)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const place = pathInFile(file, [...path, ...issue.path])
      found.problems.push(...formatIssue(file, { ...issue, path: place }, keysAt(issue.path)))
    }
    return null
  }
  const rule = parsed.data
  checkConditions(file, [...path, 'when'], rule.when, known, found)
  if (rule.unless) checkConditions(file, [...path, 'unless'], rule.unless, known, found)
  checkSections(file, [...path, 'do', 'section'], rule.do.section === undefined ? [] : [rule.do.section], known, found)
  checkSections(file, [...path, 'do', 'addSection'], rule.do.addSection ?? [], known, found)
  return rule
}

/** The keys that a part of a rule may have, to suggest the one that was meant. */
const keysAt = (path: readonly PropertyKey[]): string[] => {
  const [part] = path
  if (part === undefined) return Object.keys(Rule.shape)
  const shapes: Readonly<Record<string, z.ZodType>> = {
    when: Rule.shape.when,
    unless: Rule.shape.when,
    do: Rule.shape.do,
  }
  const shape = shapes[String(part)]
  return shape instanceof z.ZodObject && path.length === 1 ? Object.keys(shape.shape) : []
}

const readApply = (file: ReadFile, written: unknown, { problems }: Findings): RuleSet['apply'] => {
  const found = APPLY.find(each => each === (written ?? 'all'))
  if (found === undefined)
    problems.push(formatAt(file, ['apply'], `is ${JSON.stringify(written)}; allowed: ${APPLY.join(', ')}`))
  return found ?? 'all'
}

const checkUnique = (file: ReadFile, rules: readonly unknown[], { problems }: Findings): void => {
  const first = new Map<unknown, number>()
  for (const [index, rule] of rules.entries()) {
    const id = typeof rule === 'object' && rule !== null ? (rule as { id?: unknown }).id : undefined
    if (typeof id !== 'string') continue
    const before = first.get(id)
    if (before === undefined) first.set(id, index)
    else problems.push(formatAt(file, ['rules', index, 'id'], `is ${JSON.stringify(id)}, like rules[${before}]`))
  }
}

export interface ReadRules extends Findings {
  readonly rules: RuleSet
}

/** @param file rules.yaml; null if there is none */
export const readRules = (file: ReadFile | null, known: KnownIds): ReadRules => {
  const found: Findings = { problems: [], notes: [] }
  if (file === null || file.written === null) return { rules: NO_RULES, ...found }
  if (typeof file.written !== 'object' || Array.isArray(file.written)) {
    found.problems.push(formatAt(file, [], 'must be a mapping with rules, which is a list of rules'))
    return { rules: NO_RULES, ...found }
  }
  const { apply, rules: list, ...others } = file.written as Record<string, unknown>
  for (const key of Object.keys(others)) {
    const meant = nearestTo(key, ['apply', 'rules'])
    found.problems.push(formatAt(file, [key], `no such key${meant ? `; did you mean ${meant}?` : ''}`))
  }
  const written = list ?? []
  if (!Array.isArray(written)) {
    found.problems.push(formatAt(file, ['rules'], 'must be a list of rules'))
    return { rules: NO_RULES, ...found }
  }
  if (written.length > MAX_RULES)
    found.problems.push(formatAt(file, ['rules'], `has ${written.length} rules; must have ${MAX_RULES} at most`))
  const mode = readApply(file, apply, found)
  checkUnique(file, written, found)
  const rules = written.flatMap((each, index) => checkRule(file, ['rules', index], each, known, found) ?? [])
  return { rules: { apply: mode, rules }, ...found }
}

/** Reads one rule as it was written in a form or a file of its own. */
export const readRule = (
  text: string,
  known: KnownIds,
  path = 'rule',
): Findings & { readonly rule: Rule | null; readonly written: unknown } => {
  const found: Findings = { problems: [], notes: [] }
  const file = parseYaml(path, () => text, found.problems)
  if (file === null) return { ...found, rule: null, written: null }
  const rule = checkRule(file, [], file.written, known, found)
  return { ...found, rule: found.problems.length > 0 ? null : rule, written: file.written }
}
