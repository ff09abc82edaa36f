/** Parses Link headers (RFC 8288), and finds the hub and topic that a feed offers in them or in its body. (pure) */

export interface Link {
  /** The URL as written, not resolved. */
  readonly target: string
  /** Relation types, lower case. */
  readonly rels: readonly string[]
}

/** Limits on the characters parsed and the links kept: no honest header has more. */
const LONGEST = 16_384
const MOST = 100

/** `name=value` pairs after a target; a value is a token or a quoted string with escapes. */
const PARAMETER = /\s*;\s*([^\s=;,"<>]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/y
const TARGET = /[\s,]*<([^<>]*)>/y

/**
 * Parses the links of a header, in order. Where something does not parse, skips to the next target. Only the first
 * `rel` of a link counts (RFC 8288, 3.3).
 * @param header one header, or several joined by commas
 */
export const parseLinkHeader = (header: string | null): readonly Link[] => {
  const text = (header ?? '').slice(0, LONGEST)
  const links: Link[] = []
  let at = 0
  while (at < text.length && links.length < MOST) {
    TARGET.lastIndex = at
    const target = TARGET.exec(text)
    if (!target) {
      // Not a link: skip to the next character that may begin one.
      const next = text.indexOf('<', at + 1)
      if (next < 0) break
      at = next
      continue
    }
    at = TARGET.lastIndex
    let rel: string | null = null
    for (;;) {
      PARAMETER.lastIndex = at
      const parameter = PARAMETER.exec(text)
      if (!parameter) break
      at = PARAMETER.lastIndex
      const value = parameter[2]?.replace(/\\(.)/g, '$1') ?? parameter[3] ?? ''
      if (parameter[1]?.toLowerCase() === 'rel') rel ??= value
    }
    links.push({ target: target[1]?.trim() ?? '', rels: (rel ?? '').toLowerCase().split(/\s+/).filter(Boolean) })
  }
  return links
}

export interface Offer {
  readonly hub: string
  readonly topic: string
}

const resolved = (target: string | undefined, base: string): string | null => {
  if (target === undefined || !URL.canParse(target, base)) return null
  const url = new URL(target, base)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
}

/**
 * Finds the hub that a document offers, and its topic there (WebSub, section 4: headers count before the document
 * itself, and the first hub of several).
 * @param url where the document came from, after redirects: its topic if it names none
 * @returns null if no hub is offered
 */
export const findOffer = (
  url: string,
  linkHeader: string | null,
  { hub, self }: { readonly hub?: string; readonly self?: string },
): Offer | null => {
  const links = parseLinkHeader(linkHeader)
  const linked = (rel: string) => links.find(({ rels }) => rels.includes(rel))?.target
  const at = resolved(linked('hub') ?? hub, url)
  return at === null ? null : { hub: at, topic: resolved(linked('self') ?? self, url) ?? url }
}
