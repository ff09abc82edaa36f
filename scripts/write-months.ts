/**
 * Writes src/feeds/dates/month-names.ts: the months in the languages of the news, from CLDR (through Intl), with
 * additional short forms used in feeds. The result is checked in: computing it takes a fifth of a second, and depends
 * on the version of Node.
 */

import { writeFileSync } from 'node:fs'

const LANGUAGES =
  'en fr de es it pt nl pl ru uk be cs sk sl sr bg mk ro hu tr el sv da nb nn fi et lv lt is cy ca gl eu sq az kk uz ka hy he ar ar-LB fa ur hi bn mr ne gu pa ta te ml kn si th lo my km vi id ms fil sw af am hr'.split(
    ' ',
  )

/** Forms used in feeds that CLDR lacks, by month. */
const SEEN = [
  'ene gen jän ιαν janv янв.',
  'fév fev februar φεβ',
  'mrz mrt μάρ μαώ мart mrc',
  'abr apr avr ápr',
  'μαϊ μαι μάϊ μάι',
  'giu ιουν ιούν ιον',
  'lug ιουλ ιούλ ιολ',
  'aoû ago αυγ αύγ',
  'sept set szep сен',
  'ott out okt',
  'нояб ноя νοε νοέ',
  'dez dic δεκ',
]

const months = SEEN.map(names => new Set(names.split(' ')))
const taken = new Set(months.flatMap(names => [...names]))

const namesIn = (language: string, month: number): string[] =>
  (['long', 'short'] as const).flatMap(style => {
    const locale = `${language}-u-ca-gregory-nu-latn`
    const day = new Date(Date.UTC(2024, month, 15))
    const alone = new Intl.DateTimeFormat(locale, { month: style, timeZone: 'UTC' }).format(day)
    const inDate = new Intl.DateTimeFormat(locale, { day: 'numeric', month: style, year: 'numeric', timeZone: 'UTC' })
      .formatToParts(day)
      .find(({ type }) => type === 'month')?.value
    // In Hebrew dates, "in" is joined to the month.
    return [alone, inDate ?? alone, ...(language === 'he' ? [`ב${alone}`] : [])]
  })

for (const language of LANGUAGES) {
  for (const [month, names] of months.entries()) {
    for (const written of namesIn(language, month)) {
      const name = written
        .toLowerCase()
        .replace(/^(?:de |d['’])/, '')
        .replace(/[.\u200c\u200e\u200f]/g, '')
        .trim()
      // The first language with a name keeps it: Croatian's listopad is October, everybody else's November.
      if (name === '' || /\d/.test(name) || taken.has(name)) continue
      taken.add(name)
      names.add(name)
    }
  }
}

writeFileSync(
  new URL('../src/feeds/dates/month-names.ts', import.meta.url),
  `/** The months in many languages, January first, names set off by \`|\`: written by scripts/write-months.ts. */
export const MONTH_NAMES: readonly string[] = [
${months.map(names => `  '${[...names].sort().join('|').replaceAll("'", "\\'")}',`).join('\n')}
]
`,
)
