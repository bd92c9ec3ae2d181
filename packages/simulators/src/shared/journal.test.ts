import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newFolder } from '../testing.ts'
import { Journal } from './journal.ts'

function fileIn(folder: string = newFolder()): string {
  return join(folder, 'nested', 'journal.jsonl')
}

async function written(file: string, groups: readonly number[][]): Promise<void> {
  const { journal } = Journal.open<number>(file)
  for (const group of groups) journal.append(group)
  await journal.close()
}

describe('a journal', () => {
  it('gives back what was appended, in order and in groups', async () => {
    const file = fileIn()
    await written(file, [[1, 2], [3]])
    await written(file, [[4]])
    expect(Journal.open<number>(file).groups).toEqual([[1, 2], [3], [4]])
  })

  it('has on disk whatever is settled', async () => {
    const file = fileIn()
    const { journal } = Journal.open<number>(file)
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        journal.append([index])
        await journal.settled()
        expect(readFileSync(file, 'utf8')).toContain(`[${index}]\n`)
      }),
    )
  })

  it.each(['[5', '[5]', '{'])('drops a last line that was cut short: %s', async torn => {
    const file = fileIn()
    await written(file, [[1]])
    appendFileSync(file, torn)
    expect(Journal.open<number>(file).groups).toEqual([[1]])
    await written(file, [[2]])
    expect(Journal.open<number>(file).groups).toEqual([[1], [2]])
  })

  it('refuses to open when a line in the middle cannot be read', async () => {
    const file = fileIn()
    await written(file, [[1]])
    writeFileSync(file, `x\n${readFileSync(file, 'utf8')}`)
    expect(() => Journal.open<number>(file)).toThrow('journal.jsonl:1 is not JSON')
  })

  it('fails for good when another process writes to the same file', async () => {
    const file = fileIn()
    const { journal } = Journal.open<number>(file)
    await written(file, [[1]])
    journal.append([2])
    await expect(journal.settled()).rejects.toThrow('another process')
    await expect(journal.settled()).rejects.toThrow('another process')
    expect(Journal.open<number>(file).groups).toEqual([[1]])
  })

  it('keeps nothing without a file', async () => {
    const { journal, groups } = Journal.open<number>(undefined)
    journal.append([1])
    await journal.settled()
    expect(groups).toEqual([])
    expect(existsSync('undefined')).toBe(false)
  })

  it('closes twice as once', async () => {
    const { journal } = Journal.open<number>(fileIn())
    await journal.close()
    await expect(journal.close()).resolves.toBeUndefined()
  })
})
