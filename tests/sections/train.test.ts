import { describe, expect, it } from 'vitest'
import { readText } from '../../src/sections/classifier/classifier.ts'
import { decodeModel, encodeModel } from '../../src/sections/classifier/model-file.ts'
import { parseSectionWords, trainSections } from '../../src/sections/classifier/train.ts'

const texts = Array.from({ length: 60 }, (_, n) =>
  n % 2 === 0
    ? { title: `goal number ${n} in the match`, summary: '', section: 'sports' }
    : { title: `shares of bank ${n} fall`, summary: '', section: 'business' },
)
const embeddings = {
  dimensions: 2,
  vectors: new Map([
    ['the', Float32Array.of(0, 0)],
    ['goal', Float32Array.of(1, 0)],
    ['striker', Float32Array.of(1, 0.05)],
    ['bank', Float32Array.of(0, 1)],
  ]),
}
const train = () =>
  trainSections({
    texts,
    words: parseSectionWords('# ours\n[sports]\nmatch, penalty kick\n'),
    embeddings,
    note: 'made up',
  })

describe('training the text classifier', () => {
  it('training the text classifier gives the same model for the same articles, to the byte', () => {
    expect(Buffer.compare(encodeModel(train()), encodeModel(train()))).toBe(0)
  })

  it('a model of sections is read back from its file as written, with the note on its training', () => {
    const model = train()
    const back = decodeModel(encodeModel(model))
    expect(back.note).toBe('made up')
    expect(readText(back, 'goal in the match', '').logits).toEqual(readText(model, 'goal in the match', '').logits)
  })

  it('reading a model of sections of another format fails with the format that is supported', () => {
    expect(() => decodeModel(Buffer.from('nothing'))).toThrow()
  })
})
