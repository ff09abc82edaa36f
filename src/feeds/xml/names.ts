/** Names as feeds write them -> names as newsdesk knows them: case is forgiven, since publishers forget it. */

import { CHANNEL_ELEMENTS, ITEM_ELEMENTS } from './strict.ts'

const STRUCTURE = [
  'rss',
  'feed',
  'rdf:RDF',
  'RDF',
  'channel',
  'item',
  'entry',
  'items',
  'name',
  'email',
  'uri',
  'hour',
  'day',
  'width',
]

const byLowerCase = new Map(
  [...STRUCTURE, ...CHANNEL_ELEMENTS, ...ITEM_ELEMENTS].map(name => [name.toLowerCase(), name]),
)

/** `PUBDATE`, `PubDate` and `pubdate` are all `pubDate`; a name that no field is read from stays as it is. */
export const canonicalName = (name: string): string => byLowerCase.get(name.toLowerCase()) ?? name

const ATTRIBUTES = new Map([['ispermalink', 'isPermaLink']])

export const canonicalAttribute = (name: string): string => {
  const lower = name.toLowerCase()
  return ATTRIBUTES.get(lower) ?? lower
}

/** Whether a document writes elements or attributes we read in another case than their own. */
export const unusualCase = (text: string): boolean =>
  /<(?:RSS|Rss|CHANNEL|Channel|ITEM|Item|ENTRY|Entry|FEED|Feed|TITLE|Title|LINK|Link|GUID|Guid|ID|Id|PUBDATE|PubDate|Pubdate|pubdate)[\s>/]|\s(?:HREF|REL|ISPERMALINK|ispermalink|IsPermaLink)\s*=/.test(
    text,
  )
