/** One real Redis for the whole test run, got the same way newsdesk gets its own. Test files keep apart by key prefix. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import type { OneAddress } from '../../src/config/redis-address.ts'
import { resolveRedis } from '../../src/redis/server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    redis: OneAddress
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), 'newsdesk-test-'))
  const server = await resolveRedis({ dataDir: dir, durable: false, say: line => console.error(line) })
  project.provide('redis', server.address as OneAddress) // one we started ourselves
  return async () => {
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}
