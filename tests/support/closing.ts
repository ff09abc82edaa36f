/** Runs with each test file (`setupFiles` of vitest.config.ts). */

import { afterAll } from 'vitest'
import { closeAll } from './at-end.ts'

afterAll(closeAll)
