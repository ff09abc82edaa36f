/** Invented words, so that articles are as unlike as they are meant to be. (pure) */

const SYLLABLES = 'ka lo mi ter van sol pre dun gar hes bri nol fem tas que ril osh und ary eld'.split(' ')

export const wordsFrom = (random: () => number) => {
  const word = (): string =>
    Array.from({ length: 2 + Math.floor(random() * 2) }, () => SYLLABLES[Math.floor(random() * SYLLABLES.length)]).join(
      '',
    )
  return (count: number): string => Array.from({ length: count }, word).join(' ')
}
