import { runConnectorContract } from '@holdfast/core/testing'
import { makeHarness } from './testing.ts'

runConnectorContract('alipay', { method: 'alipay', makeHarness })
