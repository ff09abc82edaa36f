/**
 * Labels that publishers set off from a headline and that say nothing about the event: the form of an item, its state,
 * and the agency it credits. Grouped by language, since a label in one language may be an ordinary word in another.
 * marks.ts decides where in a title they count. (pure)
 */

/** Why a label is no part of the headline. */
export interface Label {
  readonly why: string
  /** Lower case. */
  readonly words: readonly string[]
}

const FORM = 'the form of the item, which a page shows by itself or not at all'
const STATE = 'the state of the item: it is urgent, live, new or corrected'
const AGENCY = 'the agency that is credited, which readers are told as the source'

/** Understood in the titles of every language. */
const INTERNATIONAL: readonly Label[] = [
  {
    why: FORM,
    words: [
      ...['video', 'videos', 'photo', 'photos', 'audio', 'podcast', 'gif', 'gifs', 'gallery', 'slideshow'],
      ...['infographic', 'watch', 'live blog', 'liveblog', 'live ticker', 'liveticker', 'live-ticker', 'live-blog'],
    ],
  },
  { why: STATE, words: ['live', 'update', 'updated', 'exclusive', 'breaking', 'breaking news'] },
]

const AGENCIES: readonly Label[] = [
  {
    why: AGENCY,
    words: [
      ...[
        'ap',
        'associated press',
        'the associated press',
        'reuters',
        'thomson reuters',
        'afp',
        'agence france-presse',
      ],
      ...[
        'dpa',
        'dpa-afx',
        'afx',
        'sid',
        'epd',
        'kna',
        'apa',
        'sda',
        'keystone-sda',
        'upi',
        'ansa',
        'efe',
        'europa press',
      ],
      ...['lusa', 'belga', 'anp', 'pti', 'ians', 'canadian press', 'the canadian press', 'press association', 'aap'],
      ...['bloomberg', 'dow jones', 'xinhua', 'kyodo', 'yonhap', 'anadolu', 'tass', 'тасс', 'риа новости', 'интерфакс'],
      ...['新华社', '新華社', '共同', '時事', '연합뉴스'],
    ],
  },
]

const BY_LANGUAGE: Readonly<Record<string, readonly Label[]>> = {
  en: [
    {
      why: FORM,
      words: [
        ...['pictures', 'in pictures', 'pics', 'images', 'analysis', 'explainer', 'explained', 'factbox', 'timeline'],
        ...['graphic', 'slide show', 'photo gallery'],
      ],
    },
    {
      why: STATE,
      words: [
        ...['live updates', 'live coverage', 'watch live', 'just in', 'developing', 'corrected', 'correction'],
        ...['urgent', 'alert', 'news alert'],
      ],
    },
  ],
  de: [
    {
      why: FORM,
      words: [
        ...['bild', 'bilder', 'foto', 'fotos', 'fotostrecke', 'bilderstrecke', 'bildergalerie', 'galerie', 'grafik'],
        ...['infografik', 'im video', 'analyse', 'newsticker', 'newsblog', 'ticker', 'im liveticker', 'im livestream'],
        ...['im überblick', 'überblick'],
      ],
    },
    {
      why: STATE,
      words: ['eilmeldung', 'eil', 'exklusiv', 'korrektur', 'wdh', 'roundup', 'gesamt-roundup', 'aktualisiert'],
    },
  ],
  fr: [
    {
      why: FORM,
      words: [
        ...['vidéo', 'vidéos', 'en vidéo', 'en images', 'diaporama', 'infographie', 'analyse', 'décryptage'],
        ...['en photos', 'carte'],
      ],
    },
    {
      why: STATE,
      words: ['en direct', 'direct', 'direct vidéo', 'exclusif', 'exclu', 'urgent', 'mise à jour', 'mis à jour'],
    },
  ],
  es: [
    {
      why: FORM,
      words: ['vídeo', 'vídeos', 'foto', 'fotos', 'fotogalería', 'galería', 'en imágenes', 'infografía', 'análisis'],
    },
    {
      why: STATE,
      words: ['en vivo', 'en directo', 'directo', 'exclusiva', 'exclusivo', 'última hora', 'urgente', 'actualización'],
    },
  ],
  it: [
    { why: FORM, words: ['foto', 'fotogallery', 'il video', 'le foto', 'infografica', 'analisi'] },
    { why: STATE, words: ['diretta', 'in diretta', 'la diretta', 'esclusiva', 'esclusivo', "ultim'ora", 'ultim’ora'] },
  ],
  pt: [
    { why: FORM, words: ['vídeo', 'vídeos', 'foto', 'fotos', 'galeria', 'infográfico', 'análise', 'veja vídeo'] },
    { why: STATE, words: ['ao vivo', 'exclusivo', 'urgente', 'última hora', 'atualização', 'atualizado', 'em direto'] },
  ],
  nl: [
    { why: FORM, words: ['foto', "foto's", 'foto’s', 'in beeld', 'analyse'] },
    { why: STATE, words: ['exclusief', 'rectificatie'] },
  ],
  ru: [
    { why: FORM, words: ['видео', 'фото', 'фоторепортаж', 'инфографика', 'аудио', 'фотогалерея'] },
    {
      why: STATE,
      words: ['эксклюзив', 'срочно', 'обновлено', 'обновляется', 'дополнено', 'онлайн', 'прямая трансляция'],
    },
  ],
  zh: [
    {
      why: FORM,
      words: [
        '视频',
        '視頻',
        '影片',
        '影音',
        '图',
        '圖',
        '组图',
        '組圖',
        '多图',
        '多圖',
        '图集',
        '附图',
        '附圖',
        '直播',
      ],
    },
    { why: STATE, words: ['快讯', '快訊', '独家', '獨家', '突发', '突發', '更新', '即时', '即時'] },
  ],
  ja: [
    { why: FORM, words: ['動画', '写真', '動画あり', '写真特集', '図解', '映像'] },
    { why: STATE, words: ['速報', '独自', '更新', '訂正'] },
  ],
  ko: [
    { why: FORM, words: ['영상', '동영상', '사진', '포토', '화보'] },
    { why: STATE, words: ['속보', '단독', '종합', '1보', '2보'] },
  ],
  ar: [
    { why: FORM, words: ['فيديو', 'بالفيديو', 'شاهد', 'صور', 'بالصور'] },
    { why: STATE, words: ['عاجل', 'حصري', 'مباشر', 'بث مباشر', 'تحديث'] },
  ],
}

type Meanings = ReadonlyMap<string, string>

const toMeanings = (labels: readonly Label[]): Meanings =>
  new Map(labels.flatMap(({ why, words }) => words.map((word): [string, string] => [word, why])))

const agencies = toMeanings(AGENCIES)
const everywhere = toMeanings([...INTERNATIONAL, ...Object.values(BY_LANGUAGE).flat()])
const byLanguage = new Map<string, Meanings>(
  Object.entries(BY_LANGUAGE).map(([language, labels]) => [language, toMeanings([...INTERNATIONAL, ...labels])]),
)
const international = toMeanings(INTERNATIONAL)

/** @param text lower case. @returns why it is a label; undefined if it is none */
export const findLabel = (text: string, language: string): string | undefined =>
  // The language of a short title may be unknown: then the labels of all languages apply.
  (language === '' ? everywhere : (byLanguage.get(language) ?? international)).get(text)

/** @param text lower case. @returns why it is left out; undefined if it is no agency */
export const findAgency = (text: string): string | undefined => agencies.get(text)
