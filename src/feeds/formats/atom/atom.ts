/** Atom 0.3 and 1.0, including documents with a single entry as root. */

import { xmlFeedFormat } from '../../documents/xml-feed.ts'

export const atom = xmlFeedFormat('atom', ['feed', 'entry'])
