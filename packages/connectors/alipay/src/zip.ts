import { inflateRawSync } from 'node:zlib'

/** The archive cannot be read, or holds more than is taken. */
export class ArchiveRefused extends Error {
  override readonly name = 'ArchiveRefused'
}

const endOfDirectory = 0x0605_4b50
const entryOfDirectory = 0x0201_4b50
const localEntry = 0x0403_4b50

/**
 * The contents of a ZIP's files, in their order. Names are not read: Alipay writes them in GBK without saying so.
 *
 * @param most - bytes, of each file
 * @throws ArchiveRefused
 */
export function unzip(archive: Buffer, most: number): Buffer[] {
  try {
    return entriesOf(archive).map(({ at, packed, method }) => unpacked(archive, { at, packed, method, most }))
  } catch (error) {
    if (error instanceof ArchiveRefused) throw error
    throw new ArchiveRefused('the archive is damaged, or too large')
  }
}

interface Entry {
  readonly at: number
  readonly packed: number
  readonly method: number
}

function entriesOf(archive: Buffer): Entry[] {
  const end = archive.lastIndexOf(Buffer.from('PK\u0005\u0006'))
  if (end < 0 || archive.readUInt32LE(end) !== endOfDirectory) throw new ArchiveRefused('this is no archive')
  const count = archive.readUInt16LE(end + 10)
  const entries: Entry[] = []
  for (let at = archive.readUInt32LE(end + 16); entries.length < count;) {
    if (archive.readUInt32LE(at) !== entryOfDirectory) throw new ArchiveRefused('the archive’s directory is damaged')
    entries.push({ method: archive.readUInt16LE(at + 10), packed: archive.readUInt32LE(at + 20), at: archive.readUInt32LE(at + 42) })
    at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return entries
}

function unpacked(archive: Buffer, { at, packed, method, most }: Entry & { most: number }): Buffer {
  if (archive.readUInt32LE(at) !== localEntry) throw new ArchiveRefused('the archive’s file is damaged')
  const start = at + 30 + archive.readUInt16LE(at + 26) + archive.readUInt16LE(at + 28)
  const data = archive.subarray(start, start + packed)
  if (data.length < packed) throw new ArchiveRefused('the archive is cut short')
  if (method === 0) return data
  if (method === 8) return inflateRawSync(data, { maxOutputLength: most })
  throw new ArchiveRefused('the archive is packed in a way that is not known')
}
