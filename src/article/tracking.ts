/** Parameters that say how a reader came, not what is read. Kept by hand: exact names, and prefixes of whole families. (pure) */

const NAMES = new Set(
  (
    'fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh li_fat_id mc_cid mc_eid mkt_tok ' +
    'at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4 at_format at_link_id at_link_origin at_link_type at_bbc_team at_ptr_name ' +
    'cmpid cmp ocid ncid icid cid_source smid smtyp partner_source ref_src ref_url referrer referer spm share_source share_token sharetype ' +
    'xtor xtref wt_mc wt_zmc trk trkcampaign sc_campaign sc_channel sc_cid s_cid ns_campaign ns_mchannel ns_source ns_linkname ns_fee ' +
    'ftag taid feature feedtype feedname cmp_id campaign_id echobox vero_id vero_conv oly_anon_id oly_enc_id rb_clickid wickedid ' +
    'guccounter guce_referrer guce_referrer_sig soc_src soc_trk tsrc __twitter_impression __s _hsenc _hsmi hsctatracking ' +
    'mbid srnd sref sh traffic_source fb_action_ids fb_action_types fb_ref fb_source action_object_map action_type_map ' +
    'zanpid adobe_mc dm_i epik gs_l maca rss'
  ).split(' '),
)
const PREFIXES = [
  'utm_',
  'pk_',
  'piwik_',
  'mtm_',
  'matomo_',
  'hsa_',
  'stm_',
  'itm_',
  'at_',
  'wt.',
  'ga_',
  'oly_',
  'vero_',
]

/** Ids of a visit, which make every reader's URL another. */
const SESSION = /^(?:phpsessid|jsessionid|aspsessionid\w*|sessionid|session_id|sid|cfid|cftoken|asp\.net_sessionid)$/i

export const isTracking = (name: string): boolean => {
  const lower = name.toLowerCase()
  return NAMES.has(lower) || PREFIXES.some(prefix => lower.startsWith(prefix))
}

export const isSession = (name: string, value: string): boolean => SESSION.test(name) && value.length >= 8
