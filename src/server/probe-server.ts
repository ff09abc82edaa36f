/** Liveness, readiness and metrics on a port of their own. */

import { listenAt, type Place, type RunningServer } from './listen.ts'
import type { Probes } from './probes.ts'

/** A server for probes only, for processes without an admin server. */
export const serveProbes = (place: Place, probes: Probes): Promise<RunningServer> =>
  listenAt(place, (request, response) => {
    // Not parsed as a URL: `//` is not one, and would throw.
    const [path = ''] = (request.url ?? '').split('?')
    probes(path).then(
      answer => {
        const { status, type, body } = answer ?? { status: 404, type: 'text/plain', body: 'Not found.' }
        response.writeHead(status, { 'content-type': type }).end(body)
      },
      () => response.writeHead(500).end(),
    )
  })
