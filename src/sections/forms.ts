/** Recognises opinion pieces by form: a label before or after the headline, in the languages of common feeds. */

const LABELS = [
  'opinion|op-?ed|editorial|the editorial board|comment|commentary|column|columnist|guest essay|guest column|viewpoint|point of view',
  'perspective|letters?|letters? to the editor|our view|my view|the [a-z]+ view on [^:|]{1,60}|leading article|leader|debate|first person',
  'meinung|kommentar|leitartikel|kolumne|gastbeitrag|glosse|standpunkt|ein kommentar|gastkommentar|debatte|presseschau',
  'tribune|[ée]ditorial|[ée]dito|chronique|opinions?|point de vue|billet|libre opinion|carte blanche',
  'opini[oó]n|columna|tribuna|carta al director|cartas al director|el editorial|punto de vista',
  "editoriale|commento|il commento|opinione|l[’']opinione|punto di vista|lettere|opini[aã]o|coluna|editorial|artigo",
  'opinie|column|commentaar|ingezonden|lezersbrief|komentarz|opinia|felieton|list do redakcji|мнение|колонка|комментарий|думка|редакционная',
  'ledare|kr[oö]nika|debatt|ins[aä]ndare|kommentti|lederen?|kronikk|leder|g[oö]r[uü][sş]|yorum|k[oö][sş]e yaz[ıi]s[ıi]|ba[sş]yaz[ıi]',
  '社説|コラム|論説|オピニオン|天声人語|评论|評論|社评|社論|社论|观点|觀點|사설|칼럼|오피니언|시론|기고',
  'رأي|مقال رأي|افتتاحية|الرأي|संपादकीय|विचार|नज़रिया|नजरिया|ब्लॉग',
].join('|')

const BEFORE = new RegExp(
  `^[\\s"'“«\\[【(（]*(${LABELS})[\\]】)）»"']*\\s*(?:[:：|–—/・／]|\\s-\\s|[\\]】]\\s*|\\s+by\\s)`,
  'iu',
)
const BRACKETED = new RegExp(`^\\s*[\\[【(（<《](${LABELS})[\\]】)）>》]`, 'iu')
const AFTER = new RegExp(`\\s(?:[|–—-]|//)\\s*(${LABELS})\\s*$`, 'iu')

/** Columns with the author in the headline, as some papers write them: `Why I left the city | Jane Doe`. */
const SIGNED =
  /\?*\s\|\s\p{Lu}[\p{L}’'.-]+(?:\s(?:de|van|von|der|al|bin|el)?\s?\p{Lu}[\p{L}’'.-]+){1,2}(?:\s(?:and|&)\s\p{Lu}[\p{L}’'.-]+(?:\s\p{Lu}[\p{L}’'.-]+){1,2})?\s*$/u

export interface OpinionForm {
  readonly what: string
  /** 0 to 1. */
  readonly weight: number
}

/** @returns the part of the title that marks it as an opinion piece, with its weight; undefined if there is none */
export const findOpinionForm = (title: string): OpinionForm | undefined => {
  const short = title.slice(0, 400)
  const label = BRACKETED.exec(short)?.[1] ?? BEFORE.exec(short)?.[1] ?? AFTER.exec(short)?.[1]
  if (label) return { what: label.trim(), weight: 1.2 }
  const signed = SIGNED.exec(short)?.[0]
  return signed ? { what: signed.replace(/^\s*[?|\s]+/, '').trim(), weight: 0.4 } : undefined
}
