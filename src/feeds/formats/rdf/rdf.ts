/** RSS 0.90 and 1.0, in RDF. */

import { xmlFeedFormat } from '../../documents/xml-feed.ts'

export const rdf = xmlFeedFormat('rdf', ['rdf'])
