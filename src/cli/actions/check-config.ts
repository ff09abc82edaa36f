/** `newsdesk check-config`: checks the configuration as the daemon reads it, without Redis or network. */

import { existsSync } from 'node:fs'
import { loadConfig } from '../../config/load.ts'
import { ConfigError } from '../../config/problems.ts'
import { customModelPath, loadSectionModel } from '../../sections/model-loader.ts'

/** @returns 0, or 2 if the configuration is invalid */
export const checkConfigCommand = async (configDir: string, { json }: { json: boolean }): Promise<number> => {
  try {
    const { sources, taxonomy, notes = [], dir } = loadConfig(configDir, process.env)
    const model = customModelPath(dir)
    if (existsSync(model)) loadSectionModel(model)
    if (json)
      console.log(JSON.stringify({ valid: true, sources: sources.length, sections: taxonomy.length, notes }, null, 2))
    else {
      console.log(`${configDir}: ${sources.length} sources, ${taxonomy.length} sections`)
      for (const note of notes) console.log(`! ${note}`)
    }
    return 0
  } catch (error) {
    if (!json || !(error instanceof ConfigError)) throw error
    console.log(JSON.stringify({ valid: false, problems: error.problems }, null, 2))
    return 2
  }
}
