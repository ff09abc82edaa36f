import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Examples import the package by its name, as whoever copies them does.
  resolve: { alias: { 'newsdesk/client': fileURLToPath(new URL('./src/client/index.ts', import.meta.url)) } },
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-redis.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Two workers suit a small CI machine; every test file has its own key prefix, so they may run side by side.
    maxWorkers: 2,
  },
})
