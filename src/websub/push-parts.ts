/** What push needs of the rest of newsdesk. */

import type { Redis } from 'ioredis'
import type { PushSettings } from '../config/sections/push.ts'
import type { PostForm } from '../http-client/post.ts'
import type { Keys } from '../redis/keys.ts'
import type { Sources } from '../sources/store/sources.ts'

export interface PushParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => PushSettings
  readonly sources: Pick<Sources, 'get' | 'setPush'>
  readonly postForm: PostForm
  readonly now: () => number
}
