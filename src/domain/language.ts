/** Compares language tags by their primary subtag: the text classifier distinguishes languages, not countries. */

/** @returns `pt` for `pt-BR` or `PT_br`; null for tags that name no language, such as `und` (RFC 5646, 2.2.1) */
export const primaryLanguage = (tag: string | null | undefined): string | null => {
  const [primary = ''] = (tag ?? '').trim().toLowerCase().split(/[-_]/)
  if (!/^[a-z]{2,3}$/.test(primary) || ['und', 'mul', 'zxx', 'mis'].includes(primary)) return null
  return THREE_LETTERS[primary] ?? primary
}

/** ISO 639-2 codes that some feeds and sitemaps use instead of the two-letter ones. */
const THREE_LETTERS: Readonly<Record<string, string>> = {
  ...{ eng: 'en', fra: 'fr', fre: 'fr', deu: 'de', ger: 'de', spa: 'es', ita: 'it', por: 'pt', nld: 'nl', dut: 'nl' },
  ...{ rus: 'ru', jpn: 'ja', zho: 'zh', chi: 'zh', kor: 'ko', ara: 'ar', pol: 'pl', tur: 'tr', swe: 'sv', hin: 'hi' },
}
