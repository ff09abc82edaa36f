/** Runs with each test file (`setupFiles` of vitest.config.ts). */

import { afterAll, vi } from 'vitest'
import { closeAll } from './at-end.ts'

afterAll(async () => {
  vi.restoreAllMocks()
  await closeAll()
})
