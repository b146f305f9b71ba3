import { defineConfig } from 'vitest/config'

/** Runs real third-party programs against ours; one file at a time, because they share ports and CPU. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
    fileParallelism: false,
  },
})
