/**
 * Writes src/types.ts: the wire's types as plain TypeScript, made from the schemas, for packages that may not
 * load a schema library (the component, the card frame, the server SDK). A test fails when it is out of date.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { generateTypes } from './generate-types.ts'

const target = fileURLToPath(new URL('../src/types.ts', import.meta.url))
const text = await generateTypes()
const before = await readFile(target, 'utf8').catch(() => '')
if (before !== text) await writeFile(target, text)
process.stdout.write(before === text ? 'types.ts is up to date\n' : 'types.ts written\n')
