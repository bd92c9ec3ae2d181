import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['holdfast-source', 'node'] },
  ssr: { resolve: { conditions: ['holdfast-source', 'node'] } },
  test: {
    include: ['packages/**/src/**/*.test.ts', 'demo/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/browser/**'],
    // half of a test's time is waiting for the database, the worker or a rail's silence: two cores carry four
    maxWorkers: 4,
    // a worker's files share the modules they load: loading them anew for each file was a third of all work. What a
    // file starts or replaces it ends or puts back, and no module keeps what a test could notice
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
