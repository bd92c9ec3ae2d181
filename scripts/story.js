import { runUnderModernNode } from './bootstrap.js'

await runUnderModernNode('test/story/story.ts')
