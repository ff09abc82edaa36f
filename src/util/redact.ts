/** URLs for people and logs, without credentials. (pure) */

/** Names of parameters that hold a credential rather than describe what is requested. */
const SECRET =
  /^(?:.*[_-])?(?:api_?key|apikey|key|token|auth|authorization|pass|passwd|password|pwd|secret|sig|signature|jwt|session|sid)$/i

/**
 * Removes credentials from every URL in a text: user and password before the host, and the values of parameters that
 * hold keys (`?api_key=`, `&token=`).
 */
export const withoutCredentials = (text: string): string =>
  // A relative URL may contain keys too.
  text.includes('://') || text.includes('=')
    ? text
        .replace(/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#"'<>\\]{1,500}@/gi, '$1***@')
        .replace(/([?&;])([\w.~-]{1,60})=([^&;#\s"'<>]{1,2000})/g, (whole, mark: string, name: string) =>
          SECRET.test(name) ? `${mark}${name}=***` : whole,
        )
    : text

/**
 * Everything before the last @ of an address except its scheme: a malformed address cannot be parsed like a valid one.
 */
const USER = /^([a-z][a-z0-9+.-]*:?\/{1,2})?.*@/is

/** The input given for an address, safe to show in an error. */
export const shownAddress = (written: string): string => withoutCredentials(written.replace(USER, '$1***@'))

/** A URL that is safe to store with articles, jobs and links: without user and password. */
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

/** Removes user and password from a URL. @returns the header that carries them, if there were any */
export const takeCredentials = (url: URL): { authorization?: string } => {
  if (url.username === '' && url.password === '') return {}
  const pair = `${decoded(url.username)}:${decoded(url.password)}`
  url.username = url.password = ''
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}
