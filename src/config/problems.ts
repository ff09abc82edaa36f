/** Problems of a configuration: each names file, line, key, the value found and what is allowed. (pure) */

import type { Document, LineCounter } from 'yaml'
import { isMap, isNode } from 'yaml'
import type { z } from 'zod'
import { shownAddress, withoutCredentials } from '../util/redact.ts'
import { RENAMED_KEYS } from './renamed-keys.ts'

/** The configuration is invalid. The message lists every problem on a line of its own. */
export class ConfigError extends Error {
  readonly code = 'CONFIG'
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(
      problems.length === 1
        ? problems[0]
        : `${problems.length} problems in the configuration:\n  ${problems.join('\n  ')}`,
      options,
    )
    this.problems = problems
  }
}

export interface YamlFile {
  readonly path: string
  readonly document: Document
  readonly lines: LineCounter
}

/** A file with its parsed content. */
export interface ReadFile extends YamlFile {
  readonly written: unknown
}

export const showPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      const name = String(part)
      return `${index === 0 ? '' : '.'}${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}`
    })
    .join('')

/** Finds a key in the file, or else its nearest parent: `config/sources.yaml:14:9`. */
export const findPlace = ({ path: file, document, lines }: YamlFile, path: readonly PropertyKey[]): string => {
  for (let length = path.length; length >= 0; length -= 1) {
    const part = path.slice(0, length)
    const last = part.at(-1)
    const parent = document.getIn(part.slice(0, -1), true)
    const pair = isMap(parent)
      ? parent.items.find(item => isNode(item.key) && String(item.key) === String(last))
      : undefined
    const node = pair && isNode(pair.key) ? pair.key : document.getIn(part, true)
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0])
      return `${file}:${line}:${col}`
    }
  }
  return file
}

/** Edit distance (Levenshtein 1965), to suggest the key that was probably meant. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, y] of [...b].entries())
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + Number(x !== y)))
    row = next
  }
  return row.at(-1) ?? 0
}

export const nearestTo = (word: string, known: readonly string[]): string | undefined =>
  known
    .map(each => ({ each, far: distance(word.toLowerCase(), each.toLowerCase()) }))
    .filter(({ far }) => far <= Math.max(2, word.length / 3))
    .sort((a, b) => a.far - b.far)[0]?.each

const SECRET = /password|secret|token/i
const ADDRESS = /url|site|endpoint|contact/i

/**
 * Whether the value of a key must never be shown. In an invalid redis.url, any part may be the password; who knows the
 * URL of a webhook of Slack may write there, and `webhooks` as a whole has these and the secrets.
 */
export const isSecret = (path: readonly PropertyKey[]): boolean =>
  path.some(part => SECRET.test(String(part))) ||
  showPath(path) === 'redis.url' ||
  (path[0] === 'webhooks' && (path.length === 1 || path.at(-1) === 'url'))

/** Formats a value for an error: secrets are hidden, URLs lose user and password, lists and mappings are only named. */
export const shownValue = (path: readonly PropertyKey[], value: unknown): string => {
  if (isSecret(path)) return '(not shown)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a mapping'
  const key = String(path.findLast(part => typeof part === 'string') ?? '')
  const isAddress = typeof value === 'string' && (ADDRESS.test(key) || /@|:\/\//.test(value))
  return withoutCredentials(JSON.stringify(isAddress ? shownAddress(value) : value) ?? String(value))
}

/**
 * Removes what a YAML error quotes from the file: it may be a password, since those may start with special characters.
 */
export const formatYamlError = (message: string): string =>
  (message.split('\n')[0] ?? '')
    .replace(/ at line \d+, column \d+:?$/, '')
    .replace(/(?<=[\w)]): .*$/s, '')
    .replace(/^(Unknown directive|Invalid escape sequence) .*$/s, '$1')
    .replace(/^(The|Verbatim tags) .*\btag.*$/s, 'invalid tag')

const KINDS: Readonly<Record<string, string>> = {
  ...{ string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false' },
  ...{ array: 'a list', object: 'a mapping', record: 'a mapping' },
}

/** A bound in words: of a number, of text, or of a list. */
const boundOf = (origin: string, bound: number | bigint, isLeast: boolean): string => {
  if (isLeast && bound === 1 && origin === 'string') return 'must not be empty'
  if (isLeast && bound === 1 && origin === 'array') return 'must name one at least'
  const what = origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : ''
  const verb = what === '' ? 'be' : 'have'
  return isLeast ? `must ${verb} ${bound}${what} or more` : `must ${verb} ${bound}${what} at most`
}

/** How the schema library begins what it says of itself; whatever else an issue says is ours. */
const OF_LIBRARY = /^(Invalid|Too small|Too big|Unrecognized)\b/

/** Says what would be allowed instead. */
export const formatAllowed = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_value') return `allowed: ${issue.values.map(String).join(', ')}`
  if (!OF_LIBRARY.test(issue.message)) return issue.message
  if (issue.code === 'invalid_key') return issue.issues[0] ? formatAllowed(issue.issues[0]) : 'is no allowed key'
  if (issue.code === 'invalid_type') return `must be ${KINDS[issue.expected] ?? issue.expected}`
  if (issue.code === 'too_small') return boundOf(issue.origin, issue.minimum, true)
  if (issue.code === 'too_big') return boundOf(issue.origin, issue.maximum, false)
  return issue.message
}

/** Formats an issue that zod found, one line per problem. */
export const formatIssue = (file: YamlFile, issue: z.core.$ZodIssue, known: readonly string[] = []): string[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => {
      const path = showPath([...issue.path, key])
      const place = `${findPlace(file, [...issue.path, key])} ${path}`
      const renamed = RENAMED_KEYS[path]
      if (renamed !== undefined) return `${place} is now ${renamed}`
      const meant = nearestTo(key, known)
      return `${place}: no such key${meant ? `; did you mean ${meant}?` : ''}`
    })
  }
  // It is the key that is wrong, whatever stands under it.
  if (issue.code === 'invalid_key')
    return [`${findPlace(file, issue.path)} ${showPath(issue.path)}: no such key is allowed; ${formatAllowed(issue)}`]
  const node = file.document.getIn(issue.path)
  const found = node === undefined ? 'is missing' : `is ${shownValue(issue.path, isNode(node) ? node.toJSON() : node)}`
  return [`${findPlace(file, issue.path)} ${showPath(issue.path) || '(file)'}: ${found}; ${formatAllowed(issue)}`]
}
