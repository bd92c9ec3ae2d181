import { runConnectorContract } from '@holdfast/core/testing'
import { makeHarness } from './testing.ts'

runConnectorContract('antom', { method: 'alipay', makeHarness })
