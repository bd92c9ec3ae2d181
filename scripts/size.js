import { runUnderModernNode } from './bootstrap.js'

await runUnderModernNode('scripts/size.ts')
