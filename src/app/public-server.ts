/** The public server: lists, articles and pages out, events in. */

import { createOutageLog } from '../redis/transient-error.ts'
import { articlesRoute } from '../server/public/articles.ts'
import { eventsRoute } from '../server/public/events.ts'
import { listsRoute } from '../server/public/lists.ts'
import { pageRoute } from '../server/public/page.ts'
import { startHttp } from '../server/public/server.ts'
import { updatesRoute } from '../server/public/updates.ts'
import type { ServerParts } from './servers.ts'

export const startPublicServer = ({ config, redis, keys, connect, listNames, ...parts }: ServerParts) => {
  const { barrier, pulse, lifecycle, onStreams, metrics, log, now } = parts
  const settings = () => config().settings.http
  const logError = createOutageLog(log)
  const maxLength = () => config().settings.events.maxStreamLength
  return startHttp({
    ...{ settings, pulse, log, onRequest: metrics.requested },
    routes: [
      {
        path: '/v1/events',
        router: eventsRoute({
          ...{ redis, keys, now, settings, maxLength, barrier },
          onAccepted: metrics.eventsAccepted,
        }),
      },
      { path: '/v1/articles', router: articlesRoute({ redis, keys }) },
      { path: '/v1/lists', router: listsRoute({ redis, keys, names: listNames }) },
      { path: '/v1/page', router: pageRoute({ redis, keys, names: listNames }) },
      {
        path: '/v1/updates',
        router: updatesRoute({
          ...{ redis, keys, settings, signal: lifecycle.stopping },
          blocking: connect('updates'),
          onStreams,
          onError: error =>
            logError(error, { event: 'http.updates_failed' }, 'list updates could not be read; trying again'),
        }),
      },
    ],
  })
}
