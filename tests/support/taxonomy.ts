/** The sections that newsdesk comes with. Apart from the daemon, which takes a second to load. */

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { Section } from '../../src/domain/section.ts'

export const taxonomy = z
  .object({ sections: z.array(Section) })
  .parse(parse(readFileSync('config/sections.yaml', 'utf8'))).sections
