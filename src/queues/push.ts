/** The queue `push`: each job subscribes, renews or unsubscribes one WebSub subscription at its hub (jobs/push.ts). */

import { z } from 'zod'
import { defineQueue } from './definition.ts'

export const pushQueue = defineQueue({
  queue: 'push',
  version: 1,
  data: z.object({ token: z.string().regex(/^[\w-]{20,64}$/, 'is no token of a subscription') }),
  options: { attempts: 1, removeOnComplete: { age: 3_600, count: 500 }, removeOnFail: { age: 86_400, count: 500 } },
  // The token is half of what lets a hub in, and the dashboard shows the names of jobs: a name has only the end of the
  // token.
  title: ({ token }) => `…${token.slice(-4)}`,
})
