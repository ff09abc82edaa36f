/**
 * The vocabulary, by language, of titles that name a page or an issue of a regular publication rather than an event:
 * what it is (`headlines`), what it covers (`business`), and which one it is (`latest`, `morning`). A title with any
 * other word is taken as news. item-kind.ts and round-up.ts decide by these words. (pure)
 */

export interface Vocabulary {
  /** Words for a page or an issue, with `digests` and `complete`. A title needs one of them, or a section's name. */
  readonly formats: ReadonlySet<string>
  /** Formats that contain several pieces of news. They announce a round-up only beside a word for its topic or time. */
  readonly digests: ReadonlySet<string>
  /** Formats that announce a round-up without such a word. */
  readonly complete: ReadonlySet<string>
  /** Names of sections; one alone is the title of a page. */
  readonly sections: ReadonlySet<string>
  /** Days and times of day. */
  readonly times: ReadonlySet<string>
  /** Further words that such titles contain: `top`, `latest`, articles, prepositions. */
  readonly others: ReadonlySet<string>
}

type Table = Readonly<Record<keyof Vocabulary, string>>

const TABLES: Readonly<Record<string, Table>> = {
  en: {
    formats:
      'brief news headlines stories story wire newswire newsletter highlights recap wrap wrapup bulletin summary coverage services updates update',
    digests: 'briefing briefings roundup digest briefs headlines bulletin newsletter',
    sections:
      'world international national local politics business economy finance money markets sport sports football soccer basketball baseball hockey tennis golf cricket rugby nba nfl mlb nhl ncaa entertainment celebrity movies film music tv arts culture lifestyle travel food fashion technology tech science health weather education crime',
    others:
      'top latest breaking more all other most popular read trending this our your the and in of for from on at a an us uk u.s usa world asia europe business market stock stocks financial political regional game college home page homepage archive section live movie',
    times: 'today tonight morning evening afternoon midday daily weekly week weekend day night',
    complete: 'newsletter',
  },
  de: {
    formats:
      'nachrichten meldungen schlagzeilen newsletter newsticker themen topthemen tagesschau tagesthemen journal übersicht update rückblick wochenrückblick tagesrückblick presseschau news',
    digests:
      'überblick wichtigste nachrichtenüberblick tagesüberblick kurzmeldungen kurznachrichten kürze schlagzeilen briefing morgenbriefing morgenlage abendlage newsletter',
    sections:
      'politik wirtschaft börse finanzen sport fussball fußball bundesliga kultur panorama wissen wissenschaft technik digital netzwelt gesundheit reise wetter lokales ausland inland welt nachrichten',
    others:
      'aktuelle aktuellen aktuell neueste neuesten wichtigste wichtigsten wichtige top alle mehr weitere die der das den dem des und vom von am im in aus zum zur für kurz regionale regional deutschland österreich schweiz international',
    times: 'tag tages heute gestern morgen abend mittag nacht woche wochenende',
    complete:
      'nachrichtenüberblick tagesüberblick kurzmeldungen kurznachrichten morgenbriefing morgenlage abendlage newsletter',
  },
  fr: {
    formats: 'actualités actualité actus actu infos journal jt édition dépêches flash newsletter revue résumé synthèse',
    digests: 'revue titres brèves essentiel dépêches newsletter',
    sections:
      'monde international politique économie finance bourse sport sports football culture santé sciences société météo actualités',
    others:
      'le la les l de du des d et en à un une ce au aux hui heures heure france presse principaux principales grands dernières derniers dernière toute toutes tous faits',
    times: 'aujourd jour matin matinale soir midi nuit semaine',
    complete: 'newsletter',
  },
  es: {
    formats: 'noticias noticia informativo portada newsletter',
    digests: 'titulares boletín breves resumen newsletter',
    sections:
      'mundo internacional nacional política economía deportes fútbol cultura tecnología ciencia salud tiempo sociedad',
    others: 'las los la el lo de del y en al últimas última principales más destacadas destacados hora',
    times: 'hoy ayer día mañana tarde noche semana',
    complete: 'newsletter',
  },
  it: {
    formats: 'notizie notiziario telegiornale rassegna newsletter',
    digests: 'titoli brevi riassunto newsletter',
    sections: 'mondo estero esteri cronaca politica economia sport calcio cultura tecnologia scienza salute meteo',
    others: 'le la il i gli lo di del della dei delle e in dal ultime ultima ultimi principali ore stampa',
    times: 'oggi ieri giorno mattina sera notte settimana',
    complete: 'newsletter',
  },
  pt: {
    formats: 'notícias notícia destaques newsletter',
    digests: 'manchetes resumo boletim newsletter',
    sections: 'mundo brasil portugal política economia esportes desporto futebol cultura tecnologia ciência saúde',
    others: 'as os a o de do da dos das e em últimas última principais mais hora tempo',
    times: 'hoje ontem dia manhã tarde noite semana',
    complete: 'newsletter',
  },
  nl: {
    formats: 'nieuws berichten nieuwsbrief',
    digests: 'nieuwsoverzicht overzicht samenvatting nieuwsbrief',
    sections: 'wereld buitenland binnenland politiek economie sport voetbal cultuur wetenschap gezondheid weer',
    others: 'het de een van in en op uit laatste belangrijkste alle meer kort',
    times: 'vandaag dag ochtend avond week',
    complete: 'nieuwsoverzicht nieuwsbrief',
  },
  ru: {
    formats: 'новости главное выпуск хроника',
    digests: 'дайджест сводка итоги новости',
    sections: 'политика экономика спорт культура общество наука технологии происшествия мир',
    others: 'за и на в о к часу час часа последние все главные мира россии спорта',
    times: 'дня недели сегодня утра вечера',
    complete: 'дайджест',
  },
  ar: {
    formats: 'أخبار الأخبار نشرة عناوين',
    digests: 'موجز عناوين',
    sections: 'العالم الرياضة رياضة اقتصاد الاقتصاد سياسة السياسة ثقافة صحة تكنولوجيا',
    others: 'آخر أهم أبرز في من',
    times: 'اليوم مساء صباح',
    complete: '',
  },
}

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(' ').filter(Boolean))

const vocabularies = new Map(
  Object.entries(TABLES).map(([language, table]): [string, Vocabulary] => [
    language,
    {
      formats: setOf(`${table.formats} ${table.digests} ${table.complete}`),
      digests: setOf(table.digests),
      complete: setOf(table.complete),
      sections: setOf(table.sections),
      times: setOf(table.times),
      others: setOf(table.others),
    },
  ]),
)

/** Whole titles of news pages, spaces removed, in languages that have no vocabulary here. */
export const WHOLE_TITLES: ReadonlySet<string> = new Set(
  '新闻 新聞 要闻 要聞 今日要闻 今日要聞 头条新闻 頭條新聞 国际新闻 國際新聞 体育新闻 體育新聞 ニュース 主要ニュース トップニュース 뉴스 주요뉴스 오늘의뉴스'.split(
    ' ',
  ),
)

/** @param language primary subtag; empty if it is unknown, as of a short title, which is then read as English */
export const findVocabulary = (language: string): Vocabulary | undefined => vocabularies.get(language || 'en')

/** Whether a title with this word may still name a page or an issue. Words of dates are in calendar.ts. */
export const isFormatWord = ({ formats, sections, times, others }: Vocabulary, word: string): boolean =>
  formats.has(word) || sections.has(word) || times.has(word) || others.has(word)
