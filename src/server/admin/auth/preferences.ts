/** How each user wants dates and numbers shown: stored by name, so that users of a proxy have them, too. */

import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../../../redis/keys.ts'

const isLocale = (value: string): boolean => {
  try {
    return Intl.getCanonicalLocales(value).length === 1
  } catch {
    return false
  }
}
const isZone = (value: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Empty: as the browser has it. */
export const Preferences = z.object({
  /** BCP 47 language of dates and numbers. */
  locale: z
    .string()
    .trim()
    .max(35)
    .refine(value => value === '' || isLocale(value), 'must be a language tag, such as de or pt-BR')
    .default(''),
  /** IANA time zone. */
  zone: z
    .string()
    .trim()
    .max(64)
    .refine(value => value === '' || isZone(value), 'must be a time zone, such as Europe/Berlin')
    .default(''),
})
export type Preferences = z.infer<typeof Preferences>

export interface PreferenceStore {
  read(user: string): Promise<Preferences>
  write(user: string, preferences: Preferences): Promise<void>
}

export const createPreferences = ({ redis, keys }: { readonly redis: Redis; readonly keys: Keys }): PreferenceStore => {
  const key = keys.admin('preferences')
  return {
    async read(user) {
      const parsed = Preferences.safeParse(JSON.parse((await redis.hget(key, user)) ?? '{}'))
      return parsed.success ? parsed.data : Preferences.parse({})
    },
    async write(user, preferences) {
      if (preferences.locale === '' && preferences.zone === '') await redis.hdel(key, user)
      else await redis.hset(key, user, JSON.stringify(preferences))
    },
  }
}
