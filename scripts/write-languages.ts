/**
 * Writes the data files of src/languages/tables from open data: `npx tsx scripts/write-languages.ts FOLDER`. The files
 * are checked in; src/languages/tables/README.md says which versions they are from. FOLDER has what the sources unpack
 * to: packages of npm under `npm/NAME`; what Debian's unidic-mecab installs under `debian/`; and for each of Debian's
 * tesseract-ocr-XXX `tesseract/XXX.words`, written by Tesseract's `combine_tessdata -u` and `dawg2wordlist`.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stemmerFor } from '../src/languages/stem.ts'
import { packNgrams } from './languages/ngrams.ts'
import { languagesOfStopwords, listStopwords } from './languages/stopwords.ts'
import { languagesOfWords, listWords } from './languages/words.ts'

const DATA = 'src/languages/tables'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('Usage: npx tsx scripts/write-languages.ts FOLDER (the folder of unpacked sources)')
  process.exit(2)
}

const write = (kind: string, language: string, words: readonly string[]): void => {
  mkdirSync(join(DATA, kind), { recursive: true })
  writeFileSync(join(DATA, kind, `${language}.txt`), `${words.join('\n')}\n`)
  console.log(`${kind}/${language}.txt: ${words.length} words`)
}

for (const language of languagesOfWords())
  write('words', language, await listWords(folder, language, stemmerFor(language) ?? (word => word)))
for (const language of languagesOfStopwords(folder)) write('stopwords', language, listStopwords(folder, language))
const ngrams = await packNgrams(folder)
writeFileSync(join(DATA, 'ngrams.bin'), ngrams)
console.log(`ngrams.bin: ${ngrams.length} bytes`)
