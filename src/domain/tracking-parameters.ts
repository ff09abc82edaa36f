/**
 * URL parameters that say how a reader arrived or which visit it was, not what is read. Names with no other meaning are
 * removed whatever their value. Names that mean something else on some sites (`sid` is a session on one and a story on
 * another) are removed only if the value looks like an id made for one reader. Maintained by hand.
 */

const split = (names: string): Set<string> => new Set(names.split(/\s+/))

/** Names made by ad networks, mailers and analytics for themselves; no publisher uses them for anything else. */
const TRACKING = split(
  `fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh li_fat_id mc_cid mc_eid mkt_tok
  ns_campaign ns_mchannel ns_source ns_linkname ns_fee rb_clickid guccounter guce_referrer guce_referrer_sig
  __twitter_impression _hsenc _hsmi hsctatracking fb_action_ids fb_action_types fb_ref fb_source action_object_map action_type_map
  zanpid adobe_mc gs_l wt_mc wt_zmc`,
)

/**
 * Tracking wherever they were seen, but short or plain enough to mean something else somewhere: removed whatever their
 * value, unless a host tells articles apart by them.
 */
const LIKELY = split(
  `referrer referer spm trk ftag taid sref epik maca cid_source smtyp partner_source ref_src ref_url share_source share_token sharetype
  cmpid ocid ncid icid smid xtor xtref trkcampaign sc_campaign sc_channel sc_cid s_cid feedtype feedname cmp_id campaign_id echobox
  wickedid soc_src soc_trk tsrc __s mbid srnd traffic_source dm_i`,
)

/** Prefixes that only tracking parameters have. */
const TRACKING_FAMILIES = ['utm_', 'piwik_', 'matomo_', 'mtm_', 'hsa_', 'wt.', 'oly_', 'vero_'] as const

/**
 * Prefixes that are short enough to mean anything: followed by a word that describes a campaign, they are as likely
 * tracking as {@link LIKELY}.
 */
const CAMPAIGN_FAMILIES = ['at_', 'pk_', 'stm_', 'itm_', 'ga_'] as const
const CAMPAIGN_WORDS = split(
  `campaign campaign_group cid medium source term content keyword kwd name placement creative group channel channel_id format network
  variant creation platform type emailtype objective audience custom1 custom2 custom3 custom4 link link_id link_origin link_type
  bbc_team ptr_name recipient_id recipient_list send_date send_time general_placement detail_placement product campaign_type`,
)

/** Tracking on some sites, content on others: the value decides. */
const DOUBTFUL = split('cmp feature sh rss')
/** Names that hold a campaign's label, whatever it says; a number is content. */
const LABELLED = split('cmp')

/** Session ids, which make the URL differ for every reader. */
const SESSION = /^(?:phpsessid|jsessionid|aspsessionid\w*|asp\.net_sessionid|cftoken)$/i
/** Session ids on some sites, story ids on others. */
const DOUBTFUL_SESSION = /^(?:sessionid|session_id|sid|cfid)$/i
/** Shorter values are never session ids. */
const MIN_SESSION_LENGTH = 8

/** Values that name a referral channel: what share buttons, players and feeds write as the value of a doubtful name. */
const CHANNELS = split(
  `rss feed feeds atom share sharing shared social email mail newsletter facebook fb twitter tw x linkedin whatsapp telegram reddit
  instagram youtube youtu.be youtube.com pinterest flipboard push app amp btn button direct homepage bookmarklet embed emb title logo
  player detailpage imp woyt related`,
)

/** Whether a value is made of referral channels: `rss`, `youtu.be`, `share_btn_tw`, `emb_title`. */
const isChannel = (value: string): boolean => {
  const lower = value.toLowerCase()
  return CHANNELS.has(lower) || (lower !== '' && lower.split(/[-_]/).every(part => CHANNELS.has(part)))
}

/** A date in digits, or a number of any kind: counted by publishers, not random. */
const NUMBER = /^[\d.,:+-]+$/
const VOWELS = /[aeiouy]/gi

/** How often letters and digits alternate: once in `election2026`, every few characters in a random id. */
const turnsIn = (text: string): number => text.match(/\d(?=[a-z])|[a-z](?=\d)/gi)?.length ?? 0

/** Hexadecimal with fewer digits, and other text with fewer characters, is not a visit id. */
const MIN_ID_LENGTH = 12
const MIN_MIXED_LENGTH = 16

/**
 * Whether a value looks like an id made for one reader or one visit: at least 12 hexadecimal digits or 16 other
 * characters, letters and digits well mixed, like hashes, UUIDs and base64 of random bytes. The names that an editor or
 * a database would give a story do not look like that: a number, a date, a path, a word, hyphenated words, a word
 * followed by a number.
 */
export const looksLikeTrackingId = (written: string): boolean => {
  let value = written
  try {
    value = decodeURIComponent(written)
  } catch {
    // Malformed escape: use the value as written.
  }
  // Session ids of Play and Express: signed, with the signed value at the end.
  const bare = value
    .replace(/^s:/, '')
    .replace(/[{}]/g, '')
    .replace(/={1,2}$/, '')
  if (bare.length < MIN_ID_LENGTH || NUMBER.test(bare)) return false
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(bare)) return true
  if (/^[0-9a-f]+$/i.test(bare)) return turnsIn(bare) >= 3
  if (bare.length < MIN_MIXED_LENGTH || !/^[A-Za-z0-9+_.~-]+$/.test(bare)) return false
  const parts = bare.split(/[-_.~+]/)
  const longest = parts.reduce((longer, part) => (part.length > longer.length ? part : longer), '')
  // Hyphens separate words and dates; random ids rarely have many hyphens and a long piece between them.
  if (longest.length < 12) return false
  const digits = longest.replace(/\D/g, '').length
  const letters = longest.length - digits
  if (digits >= 2 && letters >= 4 && turnsIn(longest) >= 4) return true
  // Base64 with hardly any digits: capitals inside words, and few vowels.
  const humps = longest.match(/[a-z][A-Z]/g)?.length ?? 0
  const vowels = longest.match(VOWELS)?.length ?? 0
  return longest.length >= 20 && humps >= 4 && vowels < letters * 0.3
}

export type ParameterKind =
  /** Always removed. */
  | 'tracking'
  /** Removed because of its value, unless its host is known to tell articles apart by it. */
  | 'doubtful'
  /** Kept: the name is doubtful, but the value shows that it is content. */
  | 'doubtful-content'
  /** Kept. */
  | 'content'

/** Places in a page that every site has. */
const ANCHORS = split(
  'comment comments respond disqus_thread top main main-content content article story more share header footer',
)

/**
 * Whether a fragment may identify an article, as those of a live blog's posts do: it is no anchor that every page has,
 * and not made of tracking parameters (`#xtor=RSS-1`, `#ref=rss`).
 * @param hash with the `#`
 */
export const mayIdentify = (hash: string): boolean => {
  const fragment = hash.slice(1)
  if (fragment === '' || fragment.startsWith(':~:') || ANCHORS.has(fragment.toLowerCase()) || isChannel(fragment))
    return false
  return fragment.split('&').some(pair => {
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    return at < 0 || (!isChannel(value) && /content$/.test(parameterKind(name, value)))
  })
}

const isCampaign = (name: string): boolean => {
  const family = CAMPAIGN_FAMILIES.find(prefix => name.startsWith(prefix))
  return family !== undefined && CAMPAIGN_WORDS.has(name.slice(family.length))
}

/** Classifies a parameter by its name and value, both as written in the URL. */
export const parameterKind = (name: string, value: string): ParameterKind => {
  const lower = name.toLowerCase()
  if (TRACKING.has(lower) || TRACKING_FAMILIES.some(prefix => lower.startsWith(prefix))) return 'tracking'
  if (LIKELY.has(lower) || isCampaign(lower)) return 'doubtful'
  if (SESSION.test(name)) return value.length < MIN_SESSION_LENGTH ? 'content' : 'doubtful'
  if (DOUBTFUL_SESSION.test(name)) {
    if (value.length < MIN_SESSION_LENGTH) return 'content'
    return looksLikeTrackingId(value) ? 'doubtful' : 'doubtful-content'
  }
  if (!DOUBTFUL.has(lower) && !CAMPAIGN_FAMILIES.some(prefix => lower.startsWith(prefix))) return 'content'
  const isLabel = LABELLED.has(lower) && value !== '' && !NUMBER.test(value)
  return isLabel || isChannel(value) || looksLikeTrackingId(value) ? 'doubtful' : 'doubtful-content'
}
