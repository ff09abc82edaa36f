/** A certificate authority of a test's, and a certificate for 127.0.0.1 by it, made with openssl. */

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findOnPath } from '../../src/redis/server-binary.ts'
import { aFolder } from './folder.ts'

/** @returns undefined where no openssl is on PATH */
export const certificates = () => {
  const openssl = findOnPath('openssl', process.env.PATH ?? '')
  if (!openssl) return undefined
  const dir = aFolder('certificates')
  const file = (name: string) => join(dir, name)
  const run = (...args: string[]) => execFileSync(openssl, args, { stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  run(
    ...['req', '-x509', ...key, '-days', '2', '-subj', '/CN=test authority'],
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
  )
  run(...['req', ...key, '-subj', '/CN=redis'], '-keyout', file('redis.key'), '-out', file('redis.csr'))
  writeFileSync(file('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n')
  run(
    ...['x509', '-req', '-in', file('redis.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial'],
    ...['-days', '2', '-extfile', file('names'), '-out', file('redis.pem')],
  )
  return { ca: file('ca.pem'), cert: file('redis.pem'), key: file('redis.key') }
}
