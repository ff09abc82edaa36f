/** Maps names as feeds write them to names as newsdesk knows them, ignoring case, which publishers get wrong. */

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

/** `PUBDATE`, `PubDate` and `pubdate` all become `pubDate`; a name that no field uses stays as it is. */
export const canonicalName = (name: string): string => byLowerCase.get(name.toLowerCase()) ?? name

const ATTRIBUTES = new Map([['ispermalink', 'isPermaLink']])

export const canonicalAttribute = (name: string): string => {
  const lower = name.toLowerCase()
  return ATTRIBUTES.get(lower) ?? lower
}

/** Whether a document writes names of elements or attributes that we read in unusual case. */
export const unusualCase = (text: string): boolean =>
  /<(?:RSS|Rss|CHANNEL|Channel|ITEM|Item|ENTRY|Entry|FEED|Feed|TITLE|Title|LINK|Link|GUID|Guid|ID|Id|PUBDATE|PubDate|Pubdate|pubdate)[\s>/]|\s(?:HREF|REL|ISPERMALINK|ispermalink|IsPermaLink)\s*=/.test(
    text,
  )
