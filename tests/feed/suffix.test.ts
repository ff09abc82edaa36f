import { describe, expect, it } from 'vitest'
import { publisherSuffix, withoutSuffix } from '../../src/feed/suffix.ts'

const titles = ['Rates fall', 'Storm nears - again', 'Cup final', 'Vote today', 'Old bridge'].map(
  title => `${title} | Reuters`,
)

describe("a publisher's name at the end of titles", () => {
  it('is learnt from the titles of a source and dropped', () => {
    const suffix = publisherSuffix(titles)
    expect(suffix).toBe(' | Reuters')
    expect(titles.map(title => withoutSuffix(title, suffix))).toContain('Storm nears - again')
  })
  it('needs less proof where the feed says that it is its name', () => {
    expect(publisherSuffix(['A day out - The Times', 'A night in - The Times', 'Plain'], 'The Times: World')).toBe(
      ' - The Times',
    )
  })
  it('is not seen in a dash that titles just happen to have', () => {
    expect(publisherSuffix(['Rain - and wind', 'Sun - and heat', 'Snow - and ice', 'Fog', 'Hail - at last'])).toBeNull()
  })
  it('never leaves a title empty', () => {
    expect(withoutSuffix(' | Reuters', ' | Reuters')).toBe(' | Reuters')
  })
})
