/**
 * Languages as tags say them, compared by what is before the region: the text classifier knows languages, not
 * countries.
 */

/** @returns `pt` of `pt-BR` or `PT_br`; null of what says no language, such as `und` (RFC 5646, 2.2.1) */
export const primaryLanguage = (tag: string | null | undefined): string | null => {
  const [primary = ''] = (tag ?? '').trim().toLowerCase().split(/[-_]/)
  if (!/^[a-z]{2,3}$/.test(primary) || ['und', 'mul', 'zxx', 'mis'].includes(primary)) return null
  return THREE_LETTERS[primary] ?? primary
}

/** ISO 639-2 as some feeds and sitemaps write it, where tags have two letters. */
const THREE_LETTERS: Readonly<Record<string, string>> = {
  ...{ eng: 'en', fra: 'fr', fre: 'fr', deu: 'de', ger: 'de', spa: 'es', ita: 'it', por: 'pt', nld: 'nl', dut: 'nl' },
  ...{ rus: 'ru', jpn: 'ja', zho: 'zh', chi: 'zh', kor: 'ko', ara: 'ar', pol: 'pl', tur: 'tr', swe: 'sv', hin: 'hi' },
}
