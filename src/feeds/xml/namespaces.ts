/**
 * Identifies namespaces by URI, since publishers choose any prefix, and maps each to its customary prefix. Unknown ones
 * keep their own prefix.
 */

/** The formats' own elements, which have no prefix. */
const OWN = [
  /^https?:\/\/(?:www\.)?w3\.org\/2005\/atom\/?$/i,
  /^https?:\/\/purl\.org\/atom\/ns#?$/i,
  /^https?:\/\/purl\.org\/rss\/1\.0\/?$/i,
  /^https?:\/\/channel\.netscape\.com\/rdf\/simple\/0\.9\/?$/i,
  /^https?:\/\/my\.netscape\.com\/(?:rdf\/simple\/0\.9|publish\/formats\/rss-0\.91\.dtd)\/?$/i,
  /^https?:\/\/(?:my|www)\.userland\.com\/rss2?\/?$/i,
  /^https?:\/\/backend\.userland\.com\/rss2?(?:\/|$)/i,
  /^https?:\/\/blogs\.law\.harvard\.edu\/tech\/rss$/i,
  /^https?:\/\/purl\.org\/net\/rss1\.1#?$/i,
]

const CUSTOMARY: readonly (readonly [RegExp, string])[] = [
  [/^https?:\/\/purl\.org\/dc\/elements\/1\.[01]\/?$/i, 'dc'],
  [/^https?:\/\/purl\.org\/dc\/terms\/?$/i, 'dcterms'],
  [/^https?:\/\/purl\.org\/rss\/1\.0\/modules\/content\/?$/i, 'content'],
  [
    /^https?:\/\/(?:search\.yahoo\.com\/mrss|www\.rssboard\.org\/media-rss|tools\.search\.yahoo\.com\/mrss)\/?$/i,
    'media',
  ],
  [/^https?:\/\/www\.itunes\.com\/dtds\/podcast-1\.0\.dtd$/i, 'itunes'],
  [/^https?:\/\/purl\.org\/rss\/1\.0\/modules\/syndication\/?$/i, 'sy'],
  [/^https?:\/\/purl\.org\/rss\/1\.0\/modules\/slash\/?$/i, 'slash'],
  [/^https?:\/\/rssnamespace\.org\/feedburner\/ext\/1\.0$/i, 'feedburner'],
  [/^https?:\/\/www\.w3\.org\/1999\/02\/22-rdf-syntax-ns#?$/i, 'rdf'],
  [/^https?:\/\/www\.w3\.org\/1999\/xhtml\/?$/i, 'xhtml'],
  [/^https?:\/\/www\.georss\.org\/georss/i, 'georss'],
  [/^https?:\/\/purl\.org\/syndication\/thread\/1\.0\/?$/i, 'thr'],
  [/^https?:\/\/wellformedweb\.org\/commentapi\/?$/i, 'wfw'],
  [/^https?:\/\/base\.google\.com\/ns\/1\.0\/?$/i, 'g'],
  [/^https?:\/\/www\.google\.com\/schemas\/sitemap-news\/0\.9$/i, 'news'],
]

/**
 * Namespaces of sitemaps. Publishers write them with and without www, s and the final slash, and with versions that
 * never existed.
 */
const SITEMAP: readonly (readonly [RegExp, string])[] = [
  [/^https?:\/\/(?:www\.)?(?:sitemaps\.org|google\.com)\/schemas\/sitemap\/[\d.]+\/?$/i, ''],
  [/^https?:\/\/(?:www\.)?google\.com\/schemas\/sitemap-news\/[\d.]+\/?$/i, 'news'],
  [/^https?:\/\/(?:www\.)?google\.com\/schemas\/sitemap-image\/[\d.]+\/?$/i, 'image'],
  [/^https?:\/\/(?:www\.)?google\.com\/schemas\/sitemap-video\/[\d.]+\/?$/i, 'video'],
]

/** @returns the customary prefix of a namespace in a sitemap, '' for the sitemap's own, undefined if unknown */
export const findSitemapPrefix = (uri: string): string | undefined =>
  SITEMAP.find(([pattern]) => pattern.test(uri.trim()))?.[1]

const ATOM = /^https?:\/\/(?:(?:www\.)?w3\.org\/2005\/atom|purl\.org\/atom\/ns#?)\/?$/i

/**
 * @param inAtom whether the document itself is Atom: there its elements have no prefix, elsewhere they are `atom:`
 * @returns the customary prefix of the namespace, '' for the formats' own, undefined if unknown
 */
export const findPrefix = (uri: string, inAtom: boolean): string | undefined => {
  const trimmed = uri.trim()
  if (!inAtom && ATOM.test(trimmed)) return 'atom'
  if (OWN.some(own => own.test(trimmed))) return ''
  return CUSTOMARY.find(([pattern]) => pattern.test(trimmed))?.[1]
}

/** Whether a document declares a known namespace under an unusual prefix, or an unknown one as default. */
export const unusualPrefixes = (text: string, inAtom = /<(?:\w+:)?feed[\s>]/.test(text.slice(0, 65_536))): boolean => {
  for (const [, prefix = '', double, single] of text.matchAll(
    /\sxmlns(?::([\w.-]{1,40}))?\s*=\s*(?:"([^"]{0,200})"|'([^']{0,200})')/g,
  )) {
    const customary = findPrefix(double ?? single ?? '', inAtom)
    // XHTML as the default namespace of markup within an item is usual.
    const isUsual = customary === prefix || (customary === 'xhtml' && prefix === '')
    if (customary !== undefined && !isUsual) return true
  }
  return false
}
