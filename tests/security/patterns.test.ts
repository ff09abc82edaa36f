/**
 * Every regular expression of the product, found by the compiler and judged by recheck: none takes more than linear time on what others
 * write. One that does in principle stands below with what bounds it.
 */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { check } from 'recheck'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

interface Pattern {
  readonly at: string
  readonly source: string
  readonly flags: string
}

/** Beyond linear in principle, by how they begin, and why that does not matter. */
const BOUNDED: Readonly<Record<string, string>> = {
  '\\.?0+$': 'digits of a number of our own',
  '(\\p{L})(\\p{L})(\\p{L}{3,})$': 'words of the newsstand, which are our own',
  '\\?*\\s\\|\\s\\p{Lu}[\\p{L}’': 'a title is cut to 400 characters before (sections/forms.ts)',
  '^(\\d{4})(?:-?(\\d{2})(?:-?(\\d{2}))?|': 'a date is cut to 120 characters before (feeds/dates/dates.ts)',
  '<\\?xml[^>]{0,200}?\\bencoding': 'the first 1,024 bytes of a document are looked at (feeds/decode.ts)',
  '^\\S+@\\S+\\s*\\((.{1,200})\\)$': 'a name is cut to 1,000 characters before (feeds/fields/people.ts)',
  '\\s*[<([]?(?:mailto:)?\\b[\\w.+-]{1,64}@': 'a name is cut to 1,000 characters before (feeds/fields/people.ts)',
  '\\s*[,&،、，|/]\\s*|': 'a name is cut to 1,000 characters before (feeds/fields/people.ts)',
  '[^\\s,;<>()]{1,64}@': 'a name is cut to 1,000 characters before (feeds/fields/people.ts)',
  '\\s+(?=[,;])': 'a name is cut to 1,000 characters before (feeds/fields/people.ts)',
  '\\s*;\\s*': 'a name is cut to 1,000 characters before (feeds/fields/people.ts)',
  '\\b([a-z][a-z0-9+.-]{0,20}:': 'each part has a length of its own: linear, times 20',
  '<(\\/?)[A-Za-z][\\w.-]{0,30}:': 'a prefix of 31 characters at most: linear, times that',
  '(?:^|\\s)(?:the post|': 'the last 500 characters of a text are looked at (util/plain-text.ts)',
  '(?:^|\\s)投稿': 'the last 500 characters of a text are looked at (util/plain-text.ts)',
  '(?<=^|[.!?…。！？\\])”"\'])\\s*(?:': 'the last 500 characters of a text are looked at (util/plain-text.ts)',
  '\\s*[[(]\\s*(?:…|\\.\\.\\.)': 'the last 500 characters of a text are looked at (util/plain-text.ts)',
  '[\\s,;:–—-]+$': 'a summary is cut to 300 characters before (util/plain-text.ts)',
  ': .* is a private': 'an error of our own about a host name, which DNS bounds',
  '\\s+(?:[-–—―·•~]|::|': 'a title is cut to 1,000 characters before, and white space folded (sources/items/titles.ts)',
  '\\s*[([（【［「](': 'a title is cut to 1,000 characters before, and white space folded (sources/items/titles.ts)',
  '\\s*[:：,]\\s*': 'names of a source, white space folded (sources/items/titles.ts)',
  '\\/+$': 'an address of the configuration',
  '(?:^|[.!?:;…|"“”„«‹»¿¡–—]|\\s-': 'the four characters before a word are looked at (languages/names.ts)',
  '^(?:\\p{Lu}{2,}|(?:By|Von|Par|Por)': 'a summary is cut to 400 characters before (lists/rules/likeness.ts)',
  '(?:https?:\\/\\/|www\\.)\\S+|[\\w.-]+@': 'a text is cut to 240 characters before (languages/detect.ts)',
}

/** Made from parts while newsdesk runs: of constants alone. */
const MADE = new Set([
  'src/sections/forms.ts',
  'src/http-client/headers.ts',
  // Names of elements that each XML format gives as constants.
  'src/feeds/documents/xml-feed.ts',
  // A URL of the configuration, from one way to write a user.
  'src/config/redis-address.ts',
  // Fields of what Redis says of itself, by names of our own.
  'src/redis/probe.ts',
  'src/redis/servers.ts',
])

const files = execFileSync('git', ['ls-files', 'src', 'jobs', 'demo'], { encoding: 'utf8' })
  .split('\n')
  .filter(file => /\.(?:ts|js)$/.test(file))

const patterns: Pattern[] = []
const made = new Set<string>()
for (const file of files) {
  const code = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const walk = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const line = code.getLineAndCharacterOfPosition(node.getStart()).line + 1
      const end = node.text.lastIndexOf('/')
      patterns.push({ at: `${file}:${line}`, source: node.text.slice(1, end), flags: node.text.slice(end + 1) })
    }
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp')
      made.add(file)
    ts.forEachChild(node, walk)
  }
  walk(code)
}

const boundOf = ({ source }: Pattern): string | undefined =>
  Object.keys(BOUNDED).find(beginning => source.startsWith(beginning))

describe('a regular expression of the product', () => {
  it('a regular expression of the product takes linear time, or what it is given is bounded', {
    timeout: 300_000,
  }, async () => {
    expect(patterns.length).toBeGreaterThan(300)
    const distinct = new Map(patterns.map(each => [`${each.source}/${each.flags}`, each]))
    const slow: string[] = []
    for (const each of distinct.values()) {
      if (boundOf(each) !== undefined) continue
      const verdict = await check(each.source, each.flags, { timeout: 20_000 })
      if (verdict.status === 'safe') continue
      const why = verdict.status === 'vulnerable' ? verdict.complexity.summary : 'not judged'
      slow.push(`${each.at} /${each.source}/${each.flags}: ${why}`)
    }
    expect(slow).toEqual([])
  })

  it('a regular expression of the product loses its exemption once it no longer exists', () => {
    const excused = new Set(patterns.map(boundOf))
    expect(Object.keys(BOUNDED).filter(beginning => !excused.has(beginning))).toEqual([])
  })

  it('a regular expression of the product is built at run time only in reviewed places', () => {
    expect([...made].sort()).toEqual([...MADE].sort())
  })
})
