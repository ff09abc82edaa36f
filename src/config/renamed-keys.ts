/** Keys that have another name now, so that an error can give the new one. (pure) */

export const RENAMED_KEYS: Readonly<Record<string, string>> = {
  'events.span': 'events.dedupWindow',
  'events.latest': 'events.maxLateness',
  'events.most': 'events.maxStreamLength',
  'events.keep': 'events.retention',
  'lists.coReaders': 'lists.coViewSampleRate',
  'lists.trendLeast': 'lists.trendMinRatio',
  'lists.trendConfidence': 'lists.trendZScore',
  'lists.minimum': 'lists.minEntries',
  'lists.ageNow': 'lists.maxAgeNow',
  'stories.caution': 'stories.strictness',
  'stories.threshold': 'stories.strictness',
  'articles.candidates': 'lists.poolSize',
}
