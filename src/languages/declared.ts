/** Reads the names of languages that publishers declare: BCP 47 tags, and what is written in their place. (pure) */

import { createLruCache } from '../util/lru.ts'
import { foldWords } from '../util/words.ts'

/** Languages whose names are known, in English and in the language itself. */
const NAMED =
  'af ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko lo lt lv mk ml mn mr ms my nb ne nl no pa pl pt ro ru si sk sl sq sr sv sw ta te th tr uk ur uz vi zh'.split(
    ' ',
  )

/** Codes of countries that are no codes of languages, or of languages that no news is in; and other short forms. */
const MEANT: Readonly<Record<string, string>> = {
  ...{ at: 'de-AT', au: 'en-AU', by: 'be', cn: 'zh-CN', cz: 'cs', dk: 'da', eg: 'ar-EG', gb: 'en-GB', gr: 'el' },
  ...{ hk: 'zh-HK', il: 'he', ir: 'fa', jp: 'ja', kr: 'ko', kz: 'kk', mx: 'es-MX', nz: 'en-NZ', pk: 'ur', rs: 'sr' },
  ...{ ua: 'uk', us: 'en-US', vn: 'vi', castellano: 'es', farsi: 'fa', mandarin: 'zh', norsk: 'no', flemish: 'nl' },
}

/** No language, several, or none that is told (ISO 639-2). */
const NONE = new Set(['und', 'mul', 'zxx', 'mis'])

const codes = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** Tags by folded names; made at the first use, which takes some 50 ms. */
let known: ReadonlyMap<string, string> | null = null
const names = (): ReadonlyMap<string, string> => {
  if (known) return known
  const made = new Map(Object.entries(MEANT))
  for (const language of NAMED)
    for (const written of [codes, new Intl.DisplayNames(language, { type: 'language', fallback: 'none' })])
      made.set(foldWords(written.of(language) ?? ''), language)
  known = made
  return made
}

/** The tag without a region that there is not, as in `en-EN`. */
const withRealRegion = (tag: string): string => {
  const { region, baseName } = new Intl.Locale(tag)
  return region !== undefined && regions.of(region) === undefined ? baseName.replace(`-${region}`, '') : baseName
}

/** Declared names seen last: a site's sources declare a handful, with every item. */
const parsed = createLruCache<string, string | null>(1_000)

/**
 * @param written a BCP 47 tag, with underscores too; a code of ISO 639; the name of a language (`Deutsch`); some codes
 *   of countries (`jp`). Of several, the first.
 * @returns the BCP 47 tag in canonical case (`pt-BR`), without extensions; null if it names no language
 */
export const parseDeclaredLanguage = (written: string | null | undefined): string | null => {
  const [first = ''] = (written ?? '').slice(0, 100).split(/[,;|/.@]/)
  const known = parsed.get(first)
  if (known !== undefined) return known
  const tag = parseName(first)
  parsed.set(first, tag)
  return tag
}

const parseName = (first: string): string | null => {
  const tag = first
    .trim()
    .replace(/^["']|["']$/g, '')
    .replaceAll('_', '-')
  const named = names().get(foldWords(tag.split('(')[0] ?? ''))
  if (named !== undefined) return named
  try {
    const [canonical = ''] = Intl.getCanonicalLocales(tag)
    const [primary = ''] = canonical.split('-')
    if (NONE.has(primary) || codes.of(primary) === undefined) return null
    return withRealRegion(canonical)
  } catch {
    return null
  }
}
