/**
 * Parameters that say how a reader came, or which visit it was, not what is read. Names that mean nothing else are
 * removed whatever their value; names that also mean something else somewhere (`sid` is a session here and a story
 * there) only where their value looks like an id that was made for one reader. Kept by hand.
 */

const split = (names: string): Set<string> => new Set(names.split(/\s+/))

/** Made by ad networks, mailers and analytics for themselves: no publisher calls anything else so. */
const TRACKING = split(
  `fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh li_fat_id mc_cid mc_eid mkt_tok
  ns_campaign ns_mchannel ns_source ns_linkname ns_fee rb_clickid guccounter guce_referrer guce_referrer_sig
  __twitter_impression _hsenc _hsmi hsctatracking fb_action_ids fb_action_types fb_ref fb_source action_object_map action_type_map
  zanpid adobe_mc gs_l wt_mc wt_zmc`,
)

/**
 * Tracking wherever they were seen, though short or plain enough to be something else: removed whatever their value,
 * unless a host tells articles apart by them.
 */
const LIKELY = split(
  `referrer referer spm trk ftag taid sref epik maca cid_source smtyp partner_source ref_src ref_url share_source share_token sharetype
  cmpid ocid ncid icid smid xtor xtref trkcampaign sc_campaign sc_channel sc_cid s_cid feedtype feedname cmp_id campaign_id echobox
  wickedid soc_src soc_trk tsrc __s mbid srnd traffic_source dm_i`,
)

/** Families of which every member is tracking. */
const TRACKING_FAMILIES = ['utm_', 'piwik_', 'matomo_', 'mtm_', 'hsa_', 'wt.', 'oly_', 'vero_'] as const

/**
 * Families whose prefix is short enough to be anything: with what a campaign is described by behind it they are as
 * likely as {@link LIKELY}.
 */
const CAMPAIGN_FAMILIES = ['at_', 'pk_', 'stm_', 'itm_', 'ga_'] as const
const CAMPAIGN_WORDS = split(
  `campaign campaign_group cid medium source term content keyword kwd name placement creative group channel channel_id format network
  variant creation platform type emailtype objective audience custom1 custom2 custom3 custom4 link link_id link_origin link_type
  bbc_team ptr_name recipient_id recipient_list send_date send_time general_placement detail_placement product campaign_type`,
)

/** Tracking here, content there: the value decides. */
const DOUBTFUL = split('cmp feature sh rss')
/** Those that hold a campaign's label, whatever it says; a number is content. */
const LABELLED = split('cmp')

/** Ids of a visit, which make every reader's URL another. */
const SESSION = /^(?:phpsessid|jsessionid|aspsessionid\w*|asp\.net_sessionid|cftoken)$/i
/** The same, and what some sites call a story. */
const DOUBTFUL_SESSION = /^(?:sessionid|session_id|sid|cfid)$/i
/** Shorter than any session's. */
const SHORTEST_SESSION = 8

/** Values that name a way in: what share buttons, players and feeds write behind a doubtful name. */
const WAYS = split(
  `rss feed feeds atom share sharing shared social email mail newsletter facebook fb twitter tw x linkedin whatsapp telegram reddit
  instagram youtube youtu.be youtube.com pinterest flipboard push app amp btn button direct homepage bookmarklet embed emb title logo
  player detailpage imp woyt related`,
)

/** A way in, alone or in parts: `rss`, `youtu.be`, `share_btn_tw`, `emb_title`. */
const namesAWay = (value: string): boolean => {
  const lower = value.toLowerCase()
  return WAYS.has(lower) || (lower !== '' && lower.split(/[-_]/).every(part => WAYS.has(part)))
}

/** A day as digits, or a number of any kind: counted by publishers, not made at random. */
const NUMBER = /^[\d.,:+-]+$/
const VOWELS = /[aeiouy]/gi

/** How often letters and digits take turns: once in `election2026`, every few characters in what was made at random. */
const turnsIn = (text: string): number => text.match(/\d(?=[a-z])|[a-z](?=\d)/gi)?.length ?? 0

/** Hexadecimal of fewer digits, and other text of fewer characters, is no id of a visit. */
const SHORTEST_ID = 12
const SHORTEST_MIXED = 16

/**
 * Whether a value looks like an id made for one reader or one visit: 12 hexadecimal digits or 16 other characters and
 * more, letters and digits well mixed, as hashes, UUIDs and base64 of random bytes are. What an editor or a database
 * would call a story does not look so: a number, a date, a path, a word, words between hyphens, a word with a number
 * behind.
 */
export const looksLikeTrackingId = (written: string): boolean => {
  let value = written
  try {
    value = decodeURIComponent(written)
  } catch {
    // As written, then.
  }
  // Play's and Express' sessions: signed, with what is signed behind.
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
  // Words and dates stand between hyphens; ids made at random rarely have many, and a long piece between them.
  if (longest.length < 12) return false
  const digits = longest.replace(/\D/g, '').length
  const letters = longest.length - digits
  if (digits >= 2 && letters >= 4 && turnsIn(longest) >= 4) return true
  // Base64 without digits to speak of: capitals in the middle of everything, and few vowels.
  const humps = longest.match(/[a-z][A-Z]/g)?.length ?? 0
  const vowels = longest.match(VOWELS)?.length ?? 0
  return longest.length >= 20 && humps >= 4 && vowels < letters * 0.3
}

export type ParameterKind =
  /** Removed always. */
  | 'tracking'
  /** Removed where the value looks so, unless its host is known to tell articles apart by it. */
  | 'doubtful'
  /** Stays: its name is doubtful, and its value says that it is content. */
  | 'doubtful-content'
  /** Stays. */
  | 'content'

const isCampaign = (name: string): boolean => {
  const family = CAMPAIGN_FAMILIES.find(prefix => name.startsWith(prefix))
  return family !== undefined && CAMPAIGN_WORDS.has(name.slice(family.length))
}

/** What a parameter is, by its name and its value, both as written in the URL. */
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
