/** Python with redis-py, where there is one: Debian's python3-redis is for Debian's own Python. */

import { spawnSync } from 'node:child_process'

export const findPython = (): string | undefined => {
  const python = ['/usr/bin/python3', 'python3'].find(
    binary => spawnSync(binary, ['-c', 'import redis'], { stdio: 'ignore' }).status === 0,
  )
  if (!python) console.warn('no redis-py: the contract is not tried from Python (apt-get install python3-redis)')
  return python
}
