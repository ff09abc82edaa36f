/** All lists, in the order in which they are shown. To add one, add a file beside this one and a line here. */

import type { ListDefinition } from './definition.ts'
import { latest } from './latest.ts'
import { MOST_COUNTED } from './most-counted.ts'
import { mustReads } from './must-reads.ts'
import { trending } from './trending.ts'

export const DEFINITIONS: readonly ListDefinition[] = [latest, mustReads, trending, ...MOST_COUNTED]
