/**
 * File format of the text classifier: for each word a row of hidden-layer values and direct votes, for each pair of
 * words direct votes, as bytes with one scale per row. Word embeddings are used in training only and are not shipped.
 */

import { gunzipSync, gzipSync } from 'node:zlib'

export interface Rows {
  /** Row of each known word. */
  readonly index: ReadonlyMap<string, number>
  readonly width: number
  /** `index.size * width` values of -127 to 127, multiplied by the scale of their row. */
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
  /** Languages of its training texts, without regions; texts in others are not classified. */
  readonly languages: readonly string[]
  /** Training data and its licence. */
  readonly note: string
  /** Some of its training titles, replayed during learning so that it does not unlearn. */
  readonly samples: readonly Sample[]
  readonly hidden: number
  /** One row per word: `hidden` values for the hidden layer. */
  readonly words: Rows
  /** One row per word or pair of words: a vote for each section. */
  readonly votes: Rows
  /** `hidden` values. */
  readonly hiddenBias: Float32Array
  /** `sections * hidden` values. */
  readonly output: Float32Array
  readonly outputBias: Float32Array
}

/**
 * Quantisation step, relative to the root mean square of all values. A finer one classifies no better and compresses
 * worse.
 */
const STEP = 0.8

/** Quantises rows to bytes with one common step; a row whose values are too large for it gets a larger step. */
export const toRows = (width: number, rows: ReadonlyMap<string, ArrayLike<number>>): Rows => {
  const values = new Int8Array(rows.size * width)
  const scales = new Float32Array(rows.size)
  const index = new Map<string, number>()
  let squares = 0
  for (const row of rows.values()) for (let k = 0; k < width; k++) squares += (row[k] ?? 0) ** 2
  const step = STEP * Math.sqrt(squares / Math.max(rows.size * width, 1))
  for (const [word, row] of rows) {
    const at = index.size
    index.set(word, at)
    let largest = 0
    for (let k = 0; k < width; k++) largest = Math.max(largest, Math.abs(row[k] ?? 0))
    const scale = Math.max(step, largest / 127) || 1
    scales[at] = scale
    for (let k = 0; k < width; k++) values[at * width + k] = Math.round((row[k] ?? 0) / scale)
  }
  return { index, width, values, scales }
}

const FORMAT = 1

/** @returns the bytes of a model file: gzip of a JSON header followed by the arrays; deterministic */
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

/** @throws Error if the bytes are not a model of this format */
export const decodeModel = (bytes: Uint8Array): SectionModel => {
  const all = gunzipSync(bytes)
  const end = 4 + all.readUInt32LE(0)
  const {
    format,
    sections,
    // Models without this field were trained on English.
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
    throw new Error(
      `The model has format ${format}, but this version of newsdesk reads format ${FORMAT}. Train it again.`,
    )
  let at = end
  const readBytes = (length: number): ArrayBuffer => {
    const part = new Uint8Array(length)
    part.set(all.subarray(at, at + length))
    at += length
    return part.buffer
  }
  const readRows = (keys: string, width: number): Rows => {
    const index = new Map(keys === '' ? [] : keys.split('\n').map((key, row) => [key, row] as const))
    return {
      index,
      width,
      values: new Int8Array(readBytes(index.size * width)),
      scales: new Float32Array(readBytes(index.size * 4)),
    }
  }
  const floats = (count: number) => new Float32Array(readBytes(count * 4))
  return {
    sections,
    languages,
    note,
    samples,
    hidden,
    words: readRows(words, hidden),
    votes: readRows(votes, sections.length),
    hiddenBias: floats(hidden),
    output: floats(sections.length * hidden),
    outputBias: floats(sections.length),
  }
}
