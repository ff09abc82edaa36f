/**
 * That packages are those their registry signed: `npm run signatures`. Where the registry serves no signatures, or not in time, that is said and the
 * step left out; one that is wrong ends it with 1.
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
  console.log(
    `left out: signatures cannot be had from this registry (${why}); the lockfile's hashes were checked by npm ci`,
  )
}
