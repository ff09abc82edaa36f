/** Alive, ready, metrics at a port of their own. */

import { type Listening, listenAt, type Place } from './listen.ts'
import type { Probes } from './probes.ts'

/** A port for nothing but probes: for processes that have no admin server. */
export const serveProbes = (place: Place, probes: Probes): Promise<Listening> =>
  listenAt(place, (request, response) => {
    // As it was sent: what is no URL, such as `//`, is no path of ours either.
    const [path = ''] = (request.url ?? '').split('?')
    probes(path).then(
      answer => {
        const { status, type, body } = answer ?? { status: 404, type: 'text/plain', body: 'Not found.' }
        response.writeHead(status, { 'content-type': type }).end(body)
      },
      () => response.writeHead(500).end(),
    )
  })
