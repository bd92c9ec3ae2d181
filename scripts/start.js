import { runUnderModernNode } from './bootstrap.js'

await runUnderModernNode('demo/src/start.ts')
