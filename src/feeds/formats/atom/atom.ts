/** Atom 0.3 and 1.0, also a lone entry. */

import { xmlFeedFormat } from '../../documents/xml-feed.ts'

export const atom = xmlFeedFormat('atom', ['feed', 'entry'])
