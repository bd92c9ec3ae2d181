import { runConnectorContract } from '@holdfast/core/testing'
import { makeHarness } from './testing.ts'

runConnectorContract('jpmorgan', { method: 'card', makeHarness })
