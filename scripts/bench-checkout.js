import { runUnderModernNode } from './bootstrap.js'

await runUnderModernNode('test/checkout-bench/bench.ts')
