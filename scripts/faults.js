import { runUnderModernNode } from './bootstrap.js'

await runUnderModernNode('test/faults/faults.ts', { bundles: false })
