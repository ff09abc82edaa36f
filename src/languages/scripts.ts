/** Which script a text is written in, and which languages are written in it. (pure) */

/** Scripts by their blocks in Unicode, ascending. */
const BLOCKS: readonly (readonly [from: number, to: number, script: string])[] = [
  [0x41, 0x5a, 'Latin'],
  [0x61, 0x7a, 'Latin'],
  [0xaa, 0x24f, 'Latin'],
  [0x370, 0x3ff, 'Greek'],
  [0x400, 0x52f, 'Cyrillic'],
  [0x531, 0x58f, 'Armenian'],
  [0x591, 0x5f4, 'Hebrew'],
  [0x620, 0x6ff, 'Arabic'],
  [0x750, 0x77f, 'Arabic'],
  [0x900, 0x97f, 'Devanagari'],
  [0x980, 0x9ff, 'Bengali'],
  [0xa00, 0xa7f, 'Gurmukhi'],
  [0xa80, 0xaff, 'Gujarati'],
  [0xb00, 0xb7f, 'Oriya'],
  [0xb80, 0xbff, 'Tamil'],
  [0xc00, 0xc7f, 'Telugu'],
  [0xc80, 0xcff, 'Kannada'],
  [0xd00, 0xd7f, 'Malayalam'],
  [0xd80, 0xdff, 'Sinhala'],
  [0xe00, 0xe7f, 'Thai'],
  [0xe80, 0xeff, 'Lao'],
  [0x1000, 0x109f, 'Myanmar'],
  [0x10a0, 0x10ff, 'Georgian'],
  [0x1100, 0x11ff, 'Hangul'],
  [0x1200, 0x137f, 'Ethiopic'],
  [0x1780, 0x17ff, 'Khmer'],
  [0x1e00, 0x1eff, 'Latin'],
  [0x1f00, 0x1fff, 'Greek'],
  [0x3041, 0x30ff, 'Kana'],
  [0x3400, 0x9fff, 'Han'],
  [0xac00, 0xd7a3, 'Hangul'],
  [0xf900, 0xfaff, 'Han'],
  [0xfb50, 0xfdff, 'Arabic'],
  [0xff66, 0xff9d, 'Kana'],
]

/** Languages of the scripts that tell them, most frequent in the news first. */
const LANGUAGES: Readonly<Record<string, readonly string[]>> = {
  ...{ Greek: ['el'], Armenian: ['hy'], Hebrew: ['he', 'yi'], Devanagari: ['hi', 'mr', 'ne', 'sa'] },
  ...{ Bengali: ['bn', 'as'], Gurmukhi: ['pa'], Gujarati: ['gu'], Oriya: ['or'], Tamil: ['ta'], Telugu: ['te'] },
  ...{ Kannada: ['kn'], Malayalam: ['ml'], Sinhala: ['si'], Thai: ['th'], Lao: ['lo'], Myanmar: ['my'] },
  ...{ Georgian: ['ka'], Hangul: ['ko'], Ethiopic: ['am', 'ti'], Khmer: ['km'], Kana: ['ja'], Han: ['zh', 'yue'] },
}

/** Characters as written in Japanese alone, not in simplified or traditional Chinese. */
const JAPANESE =
  /[気発対経駅円売県戦図団広応変実沢歩毎払拡単労営桜徳鉄関検験険権観総縄続読軽恵悪亜圧囲栄駆効撃剣郷渓掲継鶏圏厳穀済剤賛歯釈従渋獣縦焼証乗畳浄酔穂髄瀬斉摂銭繊捜挿巣騒増滝弾遅鋳聴稲闘脳覇廃髪抜姫塀辺豊満黙訳薬揺様謡頼覧竜猟塁涙戻隷齢歴錬両]/

const SCRIPTS = [...new Set(BLOCKS.map(([, , script]) => script))]
/** For each UTF-16 code unit the number of its script, from 1; 0 for what is no letter. */
const scriptNumbers = new Uint8Array(0x10000)
for (const [from, to, script] of BLOCKS) scriptNumbers.fill(SCRIPTS.indexOf(script) + 1, from, to + 1)

/** A text that mixes Latin letters in keeps its own script: one of its characters counts as much as four of them. */
const weights = SCRIPTS.map(script => (script === 'Latin' ? 1 : 4))

export interface TextScript {
  readonly script: string
  /** Its share of the letters. */
  readonly share: number
  /** The languages written in it, the most frequent in the news first; none for Latin, Cyrillic and Arabic. */
  readonly languages: readonly string[]
}

/**
 * @param text every character is looked at
 * @returns the script of most of a text's letters; null for a text without letters
 */
export const findScript = (text: string): TextScript | null => {
  const counts = new Float64Array(SCRIPTS.length)
  for (let index = 0; index < text.length; index += 1) {
    const number = scriptNumbers[text.charCodeAt(index)] ?? 0
    if (number > 0) counts[number - 1] = (counts[number - 1] ?? 0) + (weights[number - 1] ?? 0)
  }
  const [kana, han] = [SCRIPTS.indexOf('Kana'), SCRIPTS.indexOf('Han')]
  if (counts[han] && (counts[kana] || JAPANESE.test(text))) {
    counts[kana] = (counts[kana] ?? 0) + (counts[han] ?? 0)
    counts[han] = 0
  }
  let most = 0
  let all = 0
  for (const [index, count] of counts.entries()) {
    all += count
    if (count > (counts[most] ?? 0)) most = index
  }
  const script = SCRIPTS[most] ?? ''
  return all === 0 ? null : { script, share: (counts[most] ?? 0) / all, languages: LANGUAGES[script] ?? [] }
}
