import {
  closeSync,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  write,
} from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const writeAsync = promisify(write)
const syncAsync = promisify(fdatasync)

/**
 * An append-only file of JSON lines: what a simulator remembers.
 *
 * One line is one decision (a group of entries that stand or fall together). `append` is immediate in memory;
 * an answer may leave only after `settled`, which writes and syncs whatever was appended until then, many
 * decisions in one sync. Without a file it remembers nothing.
 */
export class Journal<Entry> {
  #fd: number | undefined
  readonly #keeps: boolean
  #size: number
  #pending: string[] = []
  #appended = 0
  #durable = 0
  #writing: Promise<void> | undefined
  #failure: Error | undefined

  private constructor(fd: number | undefined, size: number) {
    this.#fd = fd
    this.#keeps = fd !== undefined
    this.#size = size
  }

  /**
   * Opens a journal and reads it. A last line that a crash cut short is dropped: nobody was answered.
   *
   * @throws Error - a line other than the last cannot be read
   */
  static open<Entry>(file: string | undefined): { journal: Journal<Entry>; groups: Entry[][] } {
    if (file === undefined) return { journal: new Journal<Entry>(undefined, 0), groups: [] }
    mkdirSync(dirname(file), { recursive: true })
    const fd = openSync(file, 'a+', 0o600)
    const text = readFileSync(fd, 'utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    const size = Buffer.byteLength(whole)
    if (whole.length < text.length) ftruncateSync(fd, size)
    syncFolder(dirname(file))
    return { journal: new Journal<Entry>(fd, size), groups: parse<Entry>(whole, file) }
  }

  append(group: readonly Entry[]): void {
    if (!this.#keeps || group.length === 0) return
    this.#pending.push(`${JSON.stringify(group)}\n`)
    this.#appended += 1
  }

  /** Resolves when all that was appended before is on disk; rejects for good once a write has failed. */
  async settled(): Promise<void> {
    const target = this.#appended
    while (this.#durable < target) {
      if (this.#failure) throw this.#failure
      this.#writing ??= this.#flush().finally(() => {
        this.#writing = undefined
      })
      await this.#writing
    }
    if (this.#failure) throw this.#failure
  }

  /** Closing twice is closing once; what is appended afterwards is refused by `settled`. */
  async close(): Promise<void> {
    await this.settled().catch(() => undefined)
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
    this.#failure ??= new Error('the journal is closed')
  }

  async #flush(): Promise<void> {
    const lines = this.#pending
    this.#pending = []
    try {
      await this.#write(lines.join(''))
      this.#durable += lines.length
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
  }

  async #write(text: string): Promise<void> {
    const fd = this.#fd
    if (fd === undefined) return
    if (fstatSync(fd).size !== this.#size)
      throw new Error('another process writes to this journal: give each simulator its own data folder')
    const bytes = Buffer.from(text)
    for (let done = 0; done < bytes.length;) done += (await writeAsync(fd, bytes, done)).bytesWritten
    await syncAsync(fd)
    this.#size += bytes.length
  }
}

function parse<Entry>(text: string, file: string): Entry[][] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map((line, index) => {
      try {
        return JSON.parse(line) as Entry[]
      } catch {
        throw new Error(
          `${file}:${index + 1} is not JSON: the journal is damaged; move it away to start afresh`,
        )
      }
    })
}

/** A new file's name is durable only when its folder is synced. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  fsyncSync(fd)
  closeSync(fd)
}
