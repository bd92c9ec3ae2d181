import { runUnderModernNode } from './bootstrap.js'

await runUnderModernNode('scripts/build.ts')
