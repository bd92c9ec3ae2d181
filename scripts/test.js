import { runUnderModernNode } from './bootstrap.js'

await runUnderModernNode('scripts/test-run.ts')
