import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-redis.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Two workers suit a small CI machine; every test file has its own key prefix, so they may run side by side.
    maxWorkers: 2,
  },
})
