/**
 * Settings of stories for commands that need no running newsdesk: from the configuration if there is one, else the
 * defaults.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../config/load.ts'
import { StorySettings } from '../config/sections/stories.ts'

/** @throws ConfigError if there is a configuration but it is invalid */
export const loadStorySettings = (configDir: string): StorySettings =>
  existsSync(join(configDir, 'newsdesk.yaml'))
    ? loadConfig(configDir, process.env).settings.stories
    : StorySettings.parse({})
