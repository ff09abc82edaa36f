/**
 * Verifies the registry's signatures of packages: `npm run signatures`. If the registry serves no signatures, or not in
 * time, the step is skipped with a message; a wrong signature ends it with 1.
 */

import { spawnSync } from 'node:child_process'

const LIMIT = 30_000

const { stdout, stderr, status, error } = spawnSync('npm', ['audit', 'signatures'], {
  encoding: 'utf8',
  timeout: LIMIT,
})
const said = `${stdout ?? ''}${stderr ?? ''}`
if (/\b(?:invalid|tampered)\b/i.test(said)) {
  console.error(said)
  process.exit(1)
}
if (status === 0 && /verified registry signature/.test(said)) console.log(said.trim())
else {
  const why = error?.code === 'ETIMEDOUT' ? `no answer within ${LIMIT / 1_000} s` : 'it serves none'
  console.log(`skipped: this registry provides no signatures (${why}); npm ci checked the lockfile's hashes`)
}
