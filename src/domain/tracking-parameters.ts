/**
 * Classifies URL parameters: tracking parameters say where a reader came from or which visit it was; content parameters
 * say what is read. Names that are only used for tracking are removed whatever their value. Names that are used for
 * both (`sid` may be a session or a story) are removed only if the value looks like an id made for one reader.
 * canonical-url.ts applies this. The lists are maintained by hand.
 */

const split = (names: string): Set<string> => new Set(names.split(/\s+/))

/** Names that ad networks, mailers and analytics coined, and that no publisher uses for anything else. */
const TRACKING = split(
  `fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh li_fat_id mc_cid mc_eid mkt_tok
  ns_campaign ns_mchannel ns_source ns_linkname ns_fee rb_clickid guccounter guce_referrer guce_referrer_sig
  __twitter_impression _hsenc _hsmi hsctatracking fb_action_ids fb_action_types fb_ref fb_source action_object_map action_type_map
  zanpid adobe_mc gs_l wt_mc wt_zmc`,
)

/**
 * Names that were only seen as tracking, but are short or plain enough to be used otherwise. They are removed whatever
 * their value, unless they are known to identify articles on their site.
 */
const LIKELY = split(
  `referrer referer spm trk ftag taid sref epik maca cid_source smtyp partner_source ref_src ref_url share_source share_token sharetype
  cmpid ocid ncid icid smid xtor xtref trkcampaign sc_campaign sc_channel sc_cid s_cid feedtype feedname cmp_id campaign_id echobox
  wickedid soc_src soc_trk tsrc __s mbid srnd traffic_source dm_i`,
)

/** Prefixes of names that are always tracking. */
const TRACKING_FAMILIES = ['utm_', 'piwik_', 'matomo_', 'mtm_', 'hsa_', 'wt.', 'oly_', 'vero_'] as const

/**
 * Prefixes that are short enough to be used otherwise. Followed by one of `CAMPAIGN_WORDS`, they are treated like
 * {@link LIKELY}.
 */
const CAMPAIGN_FAMILIES = ['at_', 'pk_', 'stm_', 'itm_', 'ga_'] as const
const CAMPAIGN_WORDS = split(
  `campaign campaign_group cid medium source term content keyword kwd name placement creative group channel channel_id format network
  variant creation platform type emailtype objective audience custom1 custom2 custom3 custom4 link link_id link_origin link_type
  bbc_team ptr_name recipient_id recipient_list send_date send_time general_placement detail_placement product campaign_type`,
)

/** Names that are tracking on some sites and content on others; the value decides. */
const DOUBTFUL = split('cmp feature sh rss')
/** Those of them whose value is the label of a campaign, unless it is a number, which is content. */
const LABELLED = split('cmp')

/** Names of session ids. */
const SESSION = /^(?:phpsessid|jsessionid|aspsessionid\w*|asp\.net_sessionid|cftoken)$/i
/** Names of session ids that some sites use for stories. */
const DOUBTFUL_SESSION = /^(?:sessionid|session_id|sid|cfid)$/i
/** Minimum length of a session id. */
const SHORTEST_SESSION = 8

/** Values that share buttons, players and feeds give to doubtful names, to say where a reader came from. */
const WAYS = split(
  `rss feed feeds atom share sharing shared social email mail newsletter facebook fb twitter tw x linkedin whatsapp telegram reddit
  instagram youtube youtu.be youtube.com pinterest flipboard push app amp btn button direct homepage bookmarklet embed emb title logo
  player detailpage imp woyt related`,
)

/** Whether a value, or each of its parts, is such a value: `rss`, `youtu.be`, `share_btn_tw`, `emb_title`. */
const namesAWay = (value: string): boolean => {
  const lower = value.toLowerCase()
  return WAYS.has(lower) || (lower !== '' && lower.split(/[-_]/).every(part => WAYS.has(part)))
}

/** A date or number: publishers count, they do not make these at random. */
const NUMBER = /^[\d.,:+-]+$/
const VOWELS = /[aeiouy]/gi

/** Counts changes between letters and digits: one in `election2026`, many in a random id. */
const turnsIn = (text: string): number => text.match(/\d(?=[a-z])|[a-z](?=\d)/gi)?.length ?? 0

/** Minimum number of characters of a hexadecimal id, and of any other id. */
const SHORTEST_ID = 12
const SHORTEST_MIXED = 16

/**
 * Whether a value looks like an id made for one reader or one visit: at least 12 hexadecimal digits or 16 other
 * characters, with letters and digits well mixed, like hashes, UUIDs and base64 of random bytes. Ids of stories do not
 * look like this: they are numbers, dates, paths, words, words with hyphens, or a word followed by a number.
 */
export const looksLikeTrackingId = (written: string): boolean => {
  let value = written
  try {
    value = decodeURIComponent(written)
  } catch {
    // Not percent-encoded: judge it as written.
  }
  // Express prefixes signed session ids with `s:`.
  const bare = value
    .replace(/^s:/, '')
    .replace(/[{}]/g, '')
    .replace(/={1,2}$/, '')
  if (bare.length < SHORTEST_ID || NUMBER.test(bare)) return false
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(bare)) return true
  if (/^[0-9a-f]+$/i.test(bare)) return turnsIn(bare) >= 3
  if (bare.length < SHORTEST_MIXED || !/^[A-Za-z0-9+_.~-]+$/.test(bare)) return false
  const parts = bare.split(/[-_.~+]/)
  const longest = parts.reduce((longer, part) => (part.length > longer.length ? part : longer), '')
  // Slugs consist of short words between separators; random ids have at least one long part.
  if (longest.length < 12) return false
  const digits = longest.replace(/\D/g, '').length
  const letters = longest.length - digits
  if (digits >= 2 && letters >= 4 && turnsIn(longest) >= 4) return true
  // Base64 with few digits: many capitals after small letters, and few vowels.
  const humps = longest.match(/[a-z][A-Z]/g)?.length ?? 0
  const vowels = longest.match(VOWELS)?.length ?? 0
  return longest.length >= 20 && humps >= 4 && vowels < letters * 0.3
}

export type ParameterKind =
  /** Always removed. */
  | 'tracking'
  /** Removed, unless it is known to identify articles on its site. */
  | 'doubtful'
  /** Kept: the name is doubtful, but the value looks like content. */
  | 'doubtful-content'
  /** Kept. */
  | 'content'

const isCampaign = (name: string): boolean => {
  const family = CAMPAIGN_FAMILIES.find(prefix => name.startsWith(prefix))
  return family !== undefined && CAMPAIGN_WORDS.has(name.slice(family.length))
}

/** Classifies a parameter by its name and value, both as written in the URL. */
export const parameterKind = (name: string, value: string): ParameterKind => {
  const lower = name.toLowerCase()
  if (TRACKING.has(lower) || TRACKING_FAMILIES.some(prefix => lower.startsWith(prefix))) return 'tracking'
  if (LIKELY.has(lower) || isCampaign(lower)) return 'doubtful'
  if (SESSION.test(name)) return value.length < SHORTEST_SESSION ? 'content' : 'doubtful'
  if (DOUBTFUL_SESSION.test(name)) {
    if (value.length < SHORTEST_SESSION) return 'content'
    return looksLikeTrackingId(value) ? 'doubtful' : 'doubtful-content'
  }
  if (!DOUBTFUL.has(lower) && !CAMPAIGN_FAMILIES.some(prefix => lower.startsWith(prefix))) return 'content'
  const isLabel = LABELLED.has(lower) && value !== '' && !NUMBER.test(value)
  return isLabel || namesAWay(value) || looksLikeTrackingId(value) ? 'doubtful' : 'doubtful-content'
}
