import { runUnderModernNode } from './bootstrap.js'

await runUnderModernNode('test/drill/drill.ts', { bundles: false })
