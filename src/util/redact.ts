/** URLs for people and logs: without what opens a door. (pure) */

/** Names of parameters that hold a key rather than say what is asked for. */
const SECRET =
  /^(?:.*[_-])?(?:api_?key|apikey|key|token|auth|authorization|pass|passwd|password|pwd|secret|sig|signature|jwt|session|sid)$/i

/**
 * Takes credentials out of every URL in a text: user and password before the host, and the values of parameters that are keys
 * (`?api_key=`, `&token=`).
 */
export const withoutCredentials = (text: string): string =>
  // A relative address has keys too.
  text.includes('://') || text.includes('=')
    ? text
        .replace(/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#"'<>\\]{1,500}@/gi, '$1***@')
        .replace(/([?&;])([\w.~-]{1,60})=([^&;#\s"'<>]{1,2000})/g, (whole, mark: string, name: string) =>
          SECRET.test(name) ? `${mark}${name}=***` : whole,
        )
    : text

/** Whatever stands before the last @ of an address, its scheme apart: one that is wrong cannot be taken apart as one that is right. */
const USER = /^([a-z][a-z0-9+.-]*:?\/{1,2})?.*@/is

/** What was written where an address should stand, as an error may show it. */
export const shownAddress = (written: string): string => withoutCredentials(written.replace(USER, '$1***@'))

/** A URL as it may be kept with articles, jobs and links: the same address without user and password. */
export const withoutUserinfo = (written: string): string => {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(written) || !URL.canParse(written)) return written
  const url = new URL(written)
  url.username = url.password = ''
  return url.href
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // a stray % is part of the password
  }
}

/** Takes user and password out of a URL. @returns the header that carries them, if there were any */
export const takeCredentials = (url: URL): { authorization?: string } => {
  if (url.username === '' && url.password === '') return {}
  const pair = `${decoded(url.username)}:${decoded(url.password)}`
  url.username = url.password = ''
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}
