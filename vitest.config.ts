import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['holdfast-source', 'node'] },
  ssr: { resolve: { conditions: ['holdfast-source', 'node'] } },
  test: {
    include: ['packages/**/src/**/*.test.ts', 'demo/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/browser/**'],
    // half of a test's time is waiting for the database, the worker or a rail's silence: two cores carry four
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
