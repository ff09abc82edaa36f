/**
 * What a feed names beside hubs of WebSub. rssCloud is told and not used: its pings are signed by nobody, and it sends them to
 * whatever address asked. (pure)
 */

/** Where a feed names its hubs, with room to spare. */
const HEAD = 65_536

export interface NamedHubs {
  /** Of a JSON Feed that names hubs: the first of WebSub, or null where all are of other kinds. Absent where it is for the reader to say. */
  readonly websub?: string | null
  /** Kinds of hubs named that are not used, such as `rssCloud`. */
  readonly others: readonly string[]
}

const NONE: NamedHubs = { others: [] }

/** jsonfeed.org, 1.1: `hubs` holds objects of `type` and `url`; WebSub was called PubSubHubbub before. */
const inJson = (text: string): NamedHubs => {
  const written = /"hubs"\s*:\s*(\[[^\]]{0,4000}\])/.exec(text)?.[1]
  if (written === undefined) return NONE
  let hubs: unknown[]
  try {
    hubs = JSON.parse(written)
  } catch {
    return NONE // not an array of plain objects after all: the reader has its say
  }
  const named = hubs.flatMap(each => {
    const { type, url } = (typeof each === 'object' && each !== null ? each : {}) as Record<string, unknown>
    return typeof url === 'string' ? [{ type: typeof type === 'string' ? type : 'WebSub', url }] : []
  })
  const isWebSub = ({ type }: { type: string }) => /^(?:websub|pubsubhubbub)$/i.test(type)
  return {
    websub: named.find(isWebSub)?.url ?? null,
    others: [...new Set(named.filter(each => !isWebSub(each)).map(({ type }) => type.slice(0, 40)))],
  }
}

/** RSS 2.0 names rssCloud in `<cloud domain=...>` of its channel. */
const inXml = (text: string): NamedHubs => {
  const channel = text.slice(0, Math.max(text.search(/<(?:item|entry)[\s>]/i), 0) || undefined)
  return /<cloud\s[^>]*\bdomain\s*=/i.test(channel) ? { others: ['rssCloud'] } : NONE
}

/** @param body as fetched; of text in other charsets than those that hold ASCII nothing is found */
export const namedHubs = (body: Uint8Array): NamedHubs => {
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, HEAD)).toString('latin1')
  return /^[^<{]{0,8}\{/.test(text) ? inJson(text) : inXml(text)
}
