import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { formatDuration } from '../../src/util/duration.ts'
import { fitTo, renderTable } from '../../src/util/table.ts'

describe('a table in the terminal', () => {
  const columns = [
    { title: 'Source', value: (row: string[]) => row[0] ?? '' },
    { title: 'What', value: (row: string[]) => row[1] ?? '', flexible: true },
    { title: 'New', value: (row: string[]) => row[2] ?? '', align: 'right' as const },
  ]

  it('a table in the terminal aligns its columns, numbers to the right', () => {
    expect(
      renderTable(
        [
          ['bbc', 'fetched', '12'],
          ['le-monde', 'waits', '3'],
        ],
        columns,
        80,
      ),
    ).toEqual(['Source    What     New', 'bbc       fetched   12', 'le-monde  waits      3'])
  })

  it('a table in the terminal stays within its width by shortening the columns that allow it, also with wide characters', () => {
    const lines = renderTable([['nhk', '東京の港で大きな祭りが開かれました'.repeat(3), '1']], columns, 40)
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(40)
    expect(lines[1]).toContain('…')
  })

  it('a table in the terminal passes no control character of a feed to the terminal', () => {
    expect(fitTo('a\u001b[2Jb\u202ec', 20)).toBe('a [2Jb c')
  })

  it('a table in the terminal shows durations in their most natural unit', () => {
    expect([3_000, -90_000, 7_200_000, 172_800_000].map(formatDuration)).toEqual(['3 s', '2 min', '2 h', '2 d'])
  })
})
