import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { generateTypes } from '../scripts/generate-types.ts'

test('types.ts says what the schemas say', async () => {
  const written = await readFile(new URL('./types.ts', import.meta.url), 'utf8')
  expect(written, 'run: node --conditions=holdfast-source packages/contract/scripts/types.ts').toBe(await generateTypes())
})
