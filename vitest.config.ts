import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    exclude: ['test/interop/**', 'node_modules/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // What is waited for comes when it comes: a machine under load is no fault.
    expect: { poll: { timeout: 10_000 } },
    // Files share a process and what it has loaded: loading it for each took as long as all the tests of `src`.
    isolate: false,
    // Most of the time goes by in processes that a test waits for.
    maxWorkers: 3,
  },
})
