/** Seeded mutations of documents: of bytes, and of the structure of markup and JSON. The same seed gives the same bytes. */

/** What has broken parsers before: markup half open, references, marks of encodings, addresses that run, names of prototypes. */
const TOKENS = [
  ...'< > & " \' / = ; <! <? ?> <!-- --> <![CDATA[ ]]> ]]&gt; <!DOCTYPE [ <!ENTITY &amp;amp; &#0; &#x; &#xD800; &#xFFFFFFFF; &lol; &nbsp'.split(
    ' ',
  ),
  '</item>',
  '<item>',
  '</channel>',
  '<entry>',
  '</title>',
  '<title>',
  '<link rel="alternate" href="',
  '<guid isPermaLink="true">',
  '<!ENTITY a "&a;&a;">',
  ' xmlns:dc="x"',
  ' xml:base="javascript:alert(1)//"',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'java\tscript:alert(1)',
  '<script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '__proto__',
  'constructor',
  'toString',
  '{"__proto__":[',
  '[[[[[[[[',
  '\u0000',
  '\u001b[2J',
  '\ufeff',
  '\ufffe',
  '\ud800',
  '\u202e',
  '\u200b',
  'https://[::1',
  'https://ex ample.com/',
  'http://%zz/',
  '//host/path',
  '9999999999999999999999',
  '-0001-13-45T99:99:99Z',
  'Thu, 31 Feb 0000 25:61:61 +9999',
  'İ',
  'ﬁ',
  '🇺🇳👩‍👩‍👧',
]

/** Mostly small; one in twelve large, to find what takes more than linear time. */
const amount = (random: () => number, most: number): number => 1 + within(random, random() < 0.08 ? most : most / 100)

type Mutation = (bytes: Buffer, random: () => number) => Buffer
const within = (random: () => number, most: number): number => Math.floor(random() * most)
const splice = (bytes: Buffer, at: number, remove: number, insert: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)])

/** Where a tag begins, or anywhere in what has none. */
const tagAt = (bytes: Buffer, random: () => number): number => {
  const from = within(random, bytes.length)
  const found = bytes.indexOf(bytes.includes(0x3c) ? 0x3c : 0x22, from)
  return found < 0 ? from : found
}

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, random) {
    const copy = Buffer.from(bytes)
    for (let left = 1 + within(random, 16); left > 0 && copy.length > 0; left -= 1) {
      const at = within(random, copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << within(random, 8))
    }
    return copy
  },
  function cutOff(bytes, random) {
    return bytes.subarray(0, within(random, bytes.length))
  },
  function remove(bytes, random) {
    return splice(bytes, within(random, bytes.length), 1 + within(random, 64), Buffer.alloc(0))
  },
  function insertToken(bytes, random) {
    return splice(bytes, within(random, bytes.length), 0, Buffer.from(TOKENS[within(random, TOKENS.length)] ?? ''))
  },
  function insertTokenAtTag(bytes, random) {
    return splice(bytes, tagAt(bytes, random), 0, Buffer.from(TOKENS[within(random, TOKENS.length)] ?? ''))
  },
  function replaceText(bytes, random) {
    const at = tagAt(bytes, random)
    const open = bytes.indexOf(0x3e, at)
    const close = open < 0 ? -1 : bytes.indexOf(0x3c, open)
    if (close < 0) return bytes
    return splice(bytes, open + 1, close - open - 1, Buffer.from(TOKENS[within(random, TOKENS.length)] ?? ''))
  },
  function dropTag(bytes, random) {
    const at = tagAt(bytes, random)
    const end = bytes.indexOf(0x3e, at)
    return end < 0 ? bytes : splice(bytes, at, end - at + 1, Buffer.alloc(0))
  },
  function swapTags(bytes, random) {
    const [a, b] = [tagAt(bytes, random), tagAt(bytes, random)].sort((x, y) => x - y)
    const end = bytes.indexOf(0x3e, b)
    if (a === undefined || b === undefined || a === b || end < 0) return bytes
    return Buffer.concat([
      bytes.subarray(0, a),
      bytes.subarray(b, end + 1),
      bytes.subarray(a, b),
      bytes.subarray(end + 1),
    ])
  },
  function repeatStretch(bytes, random) {
    const at = tagAt(bytes, random)
    const stretch = bytes.subarray(at, at + 1 + within(random, 200))
    const times = Math.min(amount(random, 5_000), Math.floor(200_000 / Math.max(stretch.length, 1)))
    return splice(bytes, at, 0, Buffer.concat(Array.from({ length: times }, () => stretch)))
  },
  function repeatToken(bytes, random) {
    const token = TOKENS[within(random, TOKENS.length)] ?? ''
    return splice(bytes, tagAt(bytes, random), 0, Buffer.from(token.repeat(amount(random, 5_000))))
  },
  function nest(bytes, random) {
    const depth = amount(random, 5_000)
    const at = tagAt(bytes, random)
    return splice(bytes, at, 0, Buffer.from(`${'<div>'.repeat(depth)}x${'</div>'.repeat(within(random, 2) * depth)}`))
  },
  function manyAttributes(bytes, random) {
    const end = bytes.indexOf(0x3e, tagAt(bytes, random))
    const many = Array.from({ length: amount(random, 3_000) }, (_, index) => ` a${index}="${index}"`).join('')
    return end < 0 ? bytes : splice(bytes, end, 0, Buffer.from(many))
  },
  function upperCase(bytes) {
    return Buffer.from(
      bytes.toString('latin1').replace(/<\/?[a-z:]+/gi, tag => tag.toUpperCase()),
      'latin1',
    )
  },
  function asUtf16(bytes, random) {
    const wide = Buffer.from(bytes.toString('utf8'), 'utf16le')
    return random() < 0.5 ? wide : Buffer.concat([Buffer.from([0xff, 0xfe]), wide])
  },
  function highBytes(bytes, random) {
    const noise = Buffer.from(Array.from({ length: 1 + within(random, 40) }, () => 128 + within(random, 128)))
    return splice(bytes, within(random, bytes.length), 0, noise)
  },
]

/**
 * @param document  where to begin
 * @param other     another document, of which a part may be crossed in
 * @returns one to four mutations further on; never more than 1 MB
 */
export const mutate = (document: Buffer, other: Buffer, random: () => number): Buffer => {
  let bytes = document
  for (let left = 1 + within(random, 4); left > 0; left -= 1) {
    if (random() < 0.08) {
      const from = within(random, other.length)
      bytes = splice(bytes, within(random, bytes.length), 0, other.subarray(from, from + within(random, 2_000)))
    } else bytes = (MUTATIONS[within(random, MUTATIONS.length)] ?? (same => same))(bytes, random)
  }
  return bytes.subarray(0, 1_000_000)
}
