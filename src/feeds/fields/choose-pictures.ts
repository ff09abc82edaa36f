/**
 * Chooses the picture of an item among all that were found, and which others to keep. Rejected is what accompanies a
 * text rather than shows its matter: tracking pixels, spacers, emoji, portraits of authors, buttons, advertisements.
 * (pure)
 */

import { MAX_PICTURES, type Picture } from '../../domain/picture.ts'
import { type Candidate, parseAlt, ROLES } from './picture-candidate.ts'

/** Maximum length of an address that an article keeps. */
const MAX_URL = 2_048

/** Smallest side of a picture; less is a pixel, a rule or a spacer. */
const MIN_SIDE = 10
/** In the text, what is smaller than this on both sides is an icon. */
const MIN_ICON = 64
/** In the text, what is more than so many times as wide as high is a banner. */
const MAX_RATIO = 5
/** A picture both of whose sides are smaller gives way to others. */
const SMALL = 250

/** Hosts, with their subdomains, that count readers, show advertisements or serve buttons. */
const UNWANTED_HOSTS = new Set(
  `doubleclick.net google-analytics.com googletagmanager.com googlesyndication.com googleadservices.com
  scorecardresearch.com quantserve.com pixel.wp.com stats.wp.com stats.wordpress.com feeds.wordpress.com feedsportal.com
  pheedo.com pheedcontent.com feedburner.com feedproxy.google.com feedpress.me feedblitz.com chartbeat.net chartbeat.com
  parsely.com mixpanel.com segment.io imrworldwide.com sitemeter.com statcounter.com histats.com xiti.com ioam.de
  ivwbox.de vgwort.de piwik.pro matomo.cloud krxd.net omtrdc.net 2o7.net adnxs.com outbrain.com taboola.com flattr.com
  addtoany.com sharethis.com addthis.com shareaholic.com paypal.com paypalobjects.com buymeacoffee.com ko-fi.com
  shields.io count.ly hubspot.com list-manage.com sendgrid.net follow.it gravatar.com avatars.githubusercontent.com
  ui-avatars.com yt3.ggpht.com s.w.org twemoji.maxcdn.com abs.twimg.com creativecommons.org licensebuttons.net bluekai.com criteo.com smartadserver.com adform.net amazon-adsystem.com`.split(
    /\s+/,
  ),
)

/** Addresses of counters and portraits on hosts that serve other pictures as well. */
const UNWANTED =
  /^https?:\/\/(?:(?:www\.)?facebook\.com\/tr|medium\.com\/_\/stat|[\w.]{1,60}\.fbcdn\.net\/images\/emoji|lh\d\.googleusercontent\.com\/a[/-]|pbs\.twimg\.com\/profile_images\/)/i

/** Paths of emoji, portraits and counters, in a text. */
const UNWANTED_PATH =
  /\/(?:emojis?|twemoji|smileys?|smilies|emoticons?|profile_images|avatars?|tracker|tracking|beacon|pixel)\/|\/(?:piwik|matomo|track|tracker|pixel|count|counter|beacon|open|hit)(?:\.(?:php|aspx?|ashx|gif|png))?(?:[?#]|$)/i

/** Names of files that are no photographs. */
const UNWANTED_FILE =
  /[/_-](?:(?:spacer|blank|clear|transparent|pixel|1x1|placeholder|loading|avatar|gravatar|default[_-]?avatar|smiley|emoji)(?:[_.-]?\d{1,4}(?:x\d{1,4})?)?\.(?:gif|png|jpe?g|svg|webp)|(?:icon[_-]|btn[_-]|button[_-]|share[_-]|social[_-])?(?:share|facebook|fb|twitter|tweet|x|whatsapp|linkedin|pinterest|pinit|telegram|reddit|digg|delicious|stumbleupon|mastodon|bluesky|e?mail|print|printer|rss|feed|youtube|instagram|googleplus|google-plus|follow|subscribe|donate)(?:[_-](?:icon|button|btn|logo|share))?(?:[_-]?\d{1,4}(?:x\d{1,4})?)?\.(?:gif|png|svg|webp))(?:[?#]|$)/i

/** Names of files that accompany a text, though a text may be about one: they give way to others. */
const ACCOMPANYING_FILE = /(?:^|[_-])(?:logo|captcha|cc-by|licen[cs]e|badge|rating|divider|separator|signature)[_.-]/i

/** The name of the file that a URL leads to. */
const findFile = (url: string): string => {
  const end = url.search(/[?#]/)
  const path = end < 0 ? url : url.slice(0, end)
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Classes of emoji and portraits, which may be of any size. */
const PORTRAIT_CLASS =
  /(?:^|[\s_-])(?:emoji|emoticon|smiley|avatar|gravatar|author-?(?:image|photo|picture)|byline|headshot)(?:$|[\s_-])/i

const UNWANTED_CLASS =
  /(?:^|[\s_-])(?:share|sharing|social|icon|tracker|tracking|pixel|ads?|advert|advertisement|banner|logo|button|badge)(?:$|[\s_-])/i

/** An alternative text of nothing but emoji. */
const ONLY_EMOJI = /^(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\s]|\u200d|\ufe0f){1,20}$/u

const isUnder = (host: string, hosts: ReadonlySet<string>): boolean => {
  for (let from = 0; ; ) {
    if (hosts.has(host.slice(from))) return true
    const dot = host.indexOf('.', from)
    if (dot < 0) return false
    from = dot + 1
  }
}

const findHost = (url: string): string =>
  /^https?:\/\/(?:[^/?#@]{0,200}@)?([^/?#:]{1,253})/i.exec(url)?.[1]?.toLowerCase() ?? ''

/** Size that an address states: `photo-300x200.jpg`, `?w=300`. */
const sizeInUrl = (url: string): number | null => {
  const [, wide, high] = /[-_/](\d{2,4})x(\d{2,4})\.\w{3,4}(?:[?#]|$)/.exec(url) ?? []
  if (wide !== undefined) return Math.max(Number(wide), Number(high))
  const written = /[?&;](?:w|width|resize|imwidth)=(\d{2,4})(?!\d)/i.exec(url)?.[1]
  return written === undefined ? null : Number(written)
}

const longSide = ({ width, height, url }: Candidate): number | null =>
  width === null && height === null ? sizeInUrl(url) : Math.max(width ?? 0, height ?? 0)

/** Whether what an `img` of the text shows is no picture of its matter. */
const isUnwantedInText = (candidate: Candidate): boolean => {
  const { url, width, height, alt, classes, isApart } = candidate
  if (isApart || (classes && PORTRAIT_CLASS.test(classes)) || (alt !== null && ONLY_EMOJI.test(alt))) return true
  if (width !== null && height !== null && width > height * MAX_RATIO) return true
  const side = longSide(candidate)
  if (side !== null && side < MIN_ICON) return true
  // A picture that is known to be large is one, whatever it is called.
  if (side !== null && side >= SMALL) return false
  return (classes && UNWANTED_CLASS.test(classes)) || UNWANTED_FILE.test(url) || UNWANTED_PATH.test(url)
}

/** Whether a picture counts readers, shows an advertisement, or is a pixel, a rule or a spacer. */
export const isTracker = ({ url, width, height }: Pick<Candidate, 'url' | 'width' | 'height'>): boolean =>
  url.length > MAX_URL ||
  (width !== null && width < MIN_SIDE) ||
  (height !== null && height < MIN_SIDE) ||
  isUnder(findHost(url), UNWANTED_HOSTS) ||
  UNWANTED.test(url)

const isUnwanted = (candidate: Candidate): boolean =>
  isTracker(candidate) || (candidate.role === 'content' && isUnwantedInText(candidate))

/** Files that photographs are in; a counter of unknown size has another name. */
const PHOTOGRAPH = /\.(?:jpe?g|jfif|png|webp|avif|heic)(?:[?#&;/]|$)/i

/** Whether a picture gives way to any other that does not: it is small, may be a counter, or a logo. */
const isWeak = (candidate: Candidate): boolean => {
  const side = longSide(candidate)
  if (side !== null) return side < SMALL
  return (
    candidate.role === 'content' && (!PHOTOGRAPH.test(candidate.url) || ACCOMPANYING_FILE.test(findFile(candidate.url)))
  )
}

/**
 * Of two weak ones the larger first; else by place, and of one place the default, then the widest. In the text, the
 * first stays the first.
 */
const compare = (one: Candidate, other: Candidate): number => {
  const isOneWeak = isWeak(one)
  if (isOneWeak !== isWeak(other)) return isOneWeak ? 1 : -1
  if (!isOneWeak && one.role === 'content' && other.role === 'content') return 0
  const larger = (longSide(other) ?? 0) - (longSide(one) ?? 0)
  if (isOneWeak && larger !== 0) return larger
  const nearer = ROLES.indexOf(one.role) - ROLES.indexOf(other.role)
  if (nearer !== 0) return nearer
  return Number(other.isDefault ?? false) - Number(one.isDefault ?? false) || larger
}

const describe = ({ url, width, height, alt: written, type }: Candidate): Picture => {
  const alt = parseAlt(written)
  return {
    url,
    ...(width === null ? {} : { width }),
    ...(height === null ? {} : { height }),
    ...(alt === null ? {} : { alt }),
    ...(type === null ? {} : { type }),
  }
}

/** The same picture found in several places is one, with all that is known of it. */
const mergeSame = (candidates: readonly Candidate[]): Candidate[] => {
  const byUrl = new Map<string, Candidate>()
  for (const candidate of candidates) {
    const known = byUrl.get(candidate.url)
    const { width, height, alt, type } = candidate
    const merged = known && {
      ...known,
      // A size belongs together.
      ...(known.width === null && known.height === null ? { width, height } : {}),
      ...{ alt: known.alt ?? alt, type: known.type ?? type },
    }
    byUrl.set(candidate.url, merged ?? candidate)
  }
  return [...byUrl.values()]
}

/** `photo-300x200.jpg`, `photo.jpg?w=300`: what an address has for a size of the picture at the rest of it. */
const SIZED = /(?:[-_]\d{2,4}x\d{2,4})?\.(?:jpe?g|png|webp|avif)$/i

/** Of several sizes of one picture, told by their addresses, the first. */
const withoutSizes = (candidates: readonly Candidate[]): Candidate[] => {
  const seen = new Set<string>()
  return candidates.filter(candidate => {
    const [path = ''] = candidate.url.split('?', 1)
    const picture = longSide(candidate) !== null && SIZED.test(path) ? path.replace(SIZED, '') : candidate.url
    return !seen.has(picture) && seen.add(picture)
  })
}

/** @returns the pictures to keep, the item's own first */
export const choosePictures = (candidates: readonly Candidate[]): Picture[] => {
  const wanted: Candidate[] = []
  for (const candidate of candidates) if (!isUnwanted(candidate)) wanted.push(candidate)
  if (wanted.length <= 1) return wanted.map(describe)
  return withoutSizes(mergeSame(wanted).toSorted(compare)).slice(0, MAX_PICTURES).map(describe)
}
