/** Publisher's names at the end of titles (` - The Times`, ` | Reuters`): learnt from a source's own titles, then dropped. (pure) */

/** A dash, bar, dot or double colon between blanks, the last of a title, and what follows. */
const ENDING = /\s(?:[-–—|·•]|::|»|›)\s(?!.*\s(?:[-–—|·•]|::|»|›)\s)(.{2,60})$/u

/** Fewer titles prove nothing. */
const FEWEST = 5
/** Share of titles that end alike before it is taken for the publisher's name. */
const SHARE = 0.6

const endingOf = (title: string): string | null => ENDING.exec(title)?.[0] ?? null

/**
 * @param titles of one source
 * @param name   what the source or its feed calls itself: an ending that says so needs less proof
 * @returns the ending as it stands in the titles, its separator included, or null where they have none in common
 */
export const publisherSuffix = (titles: readonly string[], name: string | null = null): string | null => {
  const counts = new Map<string, number>()
  for (const title of titles) {
    const ending = endingOf(title)
    if (ending !== null) counts.set(ending, (counts.get(ending) ?? 0) + 1)
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1])
  if (!best) return null
  const [ending, count] = best
  const own = letters(ending)
  const isName = name !== null && own !== '' && letters(name).startsWith(own)
  if (count < (isName ? 2 : FEWEST) || count < titles.length * (isName ? SHARE / 2 : SHARE)) return null
  return ending
}

const letters = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')

/** The title without the learnt ending; one that is nothing but the ending stays whole. */
export const withoutSuffix = (title: string, suffix: string | null): string => {
  if (suffix === null || !title.endsWith(suffix)) return title
  return title.slice(0, -suffix.length).trimEnd() || title
}
