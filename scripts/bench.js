import { runUnderModernNode } from './bootstrap.js'

await runUnderModernNode('test/load/bench.ts', { bundles: false })
