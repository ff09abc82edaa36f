/**
 * The text classifier as it is kept: for each word a row of a hidden layer and of direct votes, for each pair of words direct votes,
 * all in bytes with one scale a row. Word embeddings go in at training time and need not ship. (pure)
 */

import { gunzipSync, gzipSync } from 'node:zlib'

export interface Rows {
  /** Row of a word, or undefined for one that is not known. */
  readonly index: ReadonlyMap<string, number>
  readonly width: number
  /** `index.size * width` values of -127 to 127, to be multiplied by the scale of their row. */
  readonly values: Int8Array
  readonly scales: Float32Array
}

export interface Sample {
  readonly section: string
  readonly text: string
}

export interface SectionModel {
  /** Sections in the order of the outputs. */
  readonly sections: readonly string[]
  /** Languages of the texts it was trained on, without regions: of others it says nothing. */
  readonly languages: readonly string[]
  /** What it was trained on, and under which licence. */
  readonly note: string
  /** Some of the titles it was trained on: learning from the stream goes over them too, so that nothing is forgotten. */
  readonly samples: readonly Sample[]
  readonly hidden: number
  /** A row a word: `hidden` values for the hidden layer. */
  readonly words: Rows
  /** A row a word or pair of words: a vote for each section. */
  readonly votes: Rows
  /** `hidden` values. */
  readonly hiddenBias: Float32Array
  /** `sections * hidden` values. */
  readonly output: Float32Array
  readonly outputBias: Float32Array
}

/** The step of a byte, in terms of the root mean square of all numbers: finer is not found to tell sections better, and does not pack well. */
const STEP = 0.8

/** Takes the rows of a table of numbers to bytes, all by one step; a row with numbers too large for it has a longer one of its own. */
export const toRows = (width: number, rows: ReadonlyMap<string, ArrayLike<number>>): Rows => {
  const values = new Int8Array(rows.size * width)
  const scales = new Float32Array(rows.size)
  const index = new Map<string, number>()
  let squares = 0
  for (const row of rows.values()) for (let k = 0; k < width; k++) squares += (row[k] ?? 0) ** 2
  const least = STEP * Math.sqrt(squares / Math.max(rows.size * width, 1))
  for (const [word, row] of rows) {
    const at = index.size
    index.set(word, at)
    let most = 0
    for (let k = 0; k < width; k++) most = Math.max(most, Math.abs(row[k] ?? 0))
    const scale = Math.max(least, most / 127) || 1
    scales[at] = scale
    for (let k = 0; k < width; k++) values[at * width + k] = Math.round((row[k] ?? 0) / scale)
  }
  return { index, width, values, scales }
}

const FORMAT = 1

/** @returns the bytes of a model file: gzip of a header in JSON and the arrays behind it; the same model gives the same bytes */
export const encodeModel = (model: SectionModel): Uint8Array => {
  const arrays = [
    model.words.values,
    model.words.scales,
    model.votes.values,
    model.votes.scales,
    model.hiddenBias,
    model.output,
    model.outputBias,
  ]
  const header = Buffer.from(
    JSON.stringify({
      format: FORMAT,
      sections: model.sections,
      languages: model.languages,
      note: model.note,
      samples: model.samples,
      hidden: model.hidden,
      words: [...model.words.index.keys()].join('\n'),
      votes: [...model.votes.index.keys()].join('\n'),
    }),
  )
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  return gzipSync(
    Buffer.concat([length, header, ...arrays.map(each => Buffer.from(each.buffer, each.byteOffset, each.byteLength))]),
    { level: 9 },
  )
}

/** @throws Error where the bytes are no model of this format */
export const decodeModel = (bytes: Uint8Array): SectionModel => {
  const all = gunzipSync(bytes)
  const end = 4 + all.readUInt32LE(0)
  const {
    format,
    sections,
    // Models made before this was written down were trained on English.
    languages = ['en'],
    note,
    samples = [],
    hidden,
    words,
    votes,
  } = JSON.parse(all.toString('utf8', 4, end)) as {
    format: number
    sections: string[]
    languages?: string[]
    note: string
    samples?: Sample[]
    hidden: number
    words: string
    votes: string
  } // written by encodeModel; the format is checked below
  if (format !== FORMAT)
    throw new Error(`The model is of format ${format}, this newsdesk reads ${FORMAT}; train it again.`)
  let at = end
  const bytesOf = (length: number): ArrayBuffer => {
    const part = new Uint8Array(length)
    part.set(all.subarray(at, at + length))
    at += length
    return part.buffer
  }
  const rowsOf = (keys: string, width: number): Rows => {
    const index = new Map(keys === '' ? [] : keys.split('\n').map((key, row) => [key, row] as const))
    return {
      index,
      width,
      values: new Int8Array(bytesOf(index.size * width)),
      scales: new Float32Array(bytesOf(index.size * 4)),
    }
  }
  const floats = (count: number) => new Float32Array(bytesOf(count * 4))
  return {
    sections,
    languages,
    note,
    samples,
    hidden,
    words: rowsOf(words, hidden),
    votes: rowsOf(votes, sections.length),
    hiddenBias: floats(hidden),
    output: floats(sections.length * hidden),
    outputBias: floats(sections.length),
  }
}
