import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readParts, writeParts } from '../../src/util/parts-file.ts'
import { type SavedPart, savedNumbers, savedRows, savedTogether } from '../../src/util/savable.ts'
import { aFolder } from '../support/folder.ts'

const folder = aFolder('parts')
let files = 0
const aFile = () => join(folder, `parts-${files++}`)

const readAll = async (path: string): Promise<SavedPart[]> => {
  const parts: SavedPart[] = []
  for await (const part of readParts(path)) parts.push(part)
  return parts
}

describe('a file of saved parts', () => {
  it('a file of saved parts returns numbers and JSON as they were saved, in order and without gaps', async () => {
    const value = fc.oneof(
      fc.int32Array(),
      fc.float32Array({ noNaN: true }),
      fc.float64Array({ noNaN: true }),
      fc.jsonValue(),
    )
    const part = fc.record({ name: fc.string({ maxLength: 20 }), value })
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async parts => {
        const path = aFile()
        await writeParts(path, parts)
        const normal = parts.map(each => ({
          ...each,
          value: ArrayBuffer.isView(each.value) ? each.value : (JSON.parse(JSON.stringify(each.value)) as unknown),
        }))
        expect(await readAll(path)).toEqual(normal)
      }),
      { numRuns: 60 },
    )
  })

  it('a file of saved parts contains only the visible part of an array view', async () => {
    const path = aFile()
    await writeParts(path, [{ name: 'some', value: new Int32Array([1, 2, 3, 4]).subarray(1, 3) }])
    expect(await readAll(path)).toEqual([{ name: 'some', value: new Int32Array([2, 3]) }])
  })

  it('a file of saved parts and its folder can be read only by their owner', async () => {
    const path = join(folder, 'new', 'parts')
    await writeParts(path, [])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700)
  })

  it('a file of saved parts is refused if truncated anywhere, and so is any other file', async () => {
    const path = aFile()
    await writeParts(path, [
      { name: 'numbers', value: new Int32Array(100) },
      { name: 'rows', value: [{ a: 1 }] },
    ])
    const { size } = statSync(path)
    for (let left = size - 1; left >= 0; left -= 7) {
      truncateSync(path, left)
      await expect(readAll(path)).rejects.toThrow()
    }
    writeFileSync(path, readFileSync(import.meta.filename))
    await expect(readAll(path)).rejects.toThrow('it is no file of saved parts')
  })

  it('a file of saved parts keeps its former state, and no other file remains, if saving fails', async () => {
    const path = join(aFolder('parts-failed'), 'parts')
    await writeParts(path, [{ name: 'one', value: 1 }])
    const failing = function* () {
      yield { name: 'two', value: 2 }
      throw new Error('no more')
    }
    await expect(writeParts(path, failing())).rejects.toThrow('no more')
    expect(await readAll(path)).toEqual([{ name: 'one', value: 1 }])
    expect(readdirSync(join(path, '..'))).toEqual(['parts'])
  })

  it('a file of saved parts is complete even if two processes with the same pid save at once, as in containers', async () => {
    const path = join(aFolder('parts-shared'), 'parts')
    const parts = [1, 2].map(n =>
      Array.from({ length: 50 }, () => ({ name: 'n', value: new Int32Array(4_000).fill(n) })),
    )
    await Promise.all(parts.map(each => writeParts(path, each)))
    expect(parts).toContainEqual(await readAll(path))
    expect(readdirSync(join(path, '..'))).toEqual(['parts'])
  })

  it('a half-written file of a killed process is removed, and one that another process is writing is not', async () => {
    const path = join(aFolder('parts-left'), 'parts')
    const [left, current] = [randomUUID(), randomUUID()].map(id => `${path}.${id}.new`) as [string, string]
    for (const file of [left, current, `${path}.new`]) writeFileSync(file, '')
    utimesSync(left, new Date(0), new Date(0))
    utimesSync(`${path}.new`, new Date(0), new Date(0))
    // By the clock of this process, which may be a shifted one.
    utimesSync(current, new Date(), new Date())
    await writeParts(path, [])
    expect(existsSync(left)).toBe(false)
    expect(readdirSync(join(path, '..'))).toHaveLength(3)
  })

  it('a missing file of saved parts is an error of its own kind', async () => {
    expect(existsSync(join(folder, 'none'))).toBe(false)
    await expect(readAll(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('a state that can be saved', () => {
  const aState = () => {
    let numbers = new Int32Array(0)
    const rows: number[] = []
    const saved = savedTogether({
      numbers: savedNumbers(
        Int32Array,
        () => numbers,
        restored => {
          numbers = restored
        },
      ),
      more: savedTogether({
        rows: savedRows(
          () => rows,
          row => rows.push(row),
        ),
      }),
    })
    const set = (value: Int32Array<ArrayBuffer>) => {
      numbers = value
    }
    return { saved, rows, get: () => numbers, set }
  }

  it('a state with many rows is split into several parts and restored in full', () => {
    const [one, other] = [aState(), aState()]
    one.set(new Int32Array([7]))
    for (let n = 0; n < 2_500; n += 1) one.rows.push(n)
    const parts = [...one.saved.save()]
    expect(parts.map(({ name }) => name)).toEqual(['numbers', 'more/rows', 'more/rows', 'more/rows'])
    for (const part of parts) other.saved.restore(part)
    expect(other.rows).toEqual(one.rows)
    expect(other.get()).toEqual(one.get())
  })

  it('a state refuses a part that it does not have', () => {
    const { saved } = aState()
    expect(() => saved.restore({ name: 'others', value: [] })).toThrow('unknown part: others')
    expect(() => saved.restore({ name: 'numbers', value: new Float32Array(1) })).toThrow('not Int32Array')
    expect(() => saved.restore({ name: 'more/rows', value: 3 })).toThrow('not rows')
  })
})
