import { expect, it } from 'vitest'
import { stateMachines } from './state-machines.ts'

it('docs/state-machines.md says what core\'s machines do', async () => {
  await expect(stateMachines()).toMatchFileSnapshot('../../docs/state-machines.md')
})
