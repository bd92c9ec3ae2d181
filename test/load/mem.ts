import { openArena } from './arena.ts'
import { readFileSync } from 'node:fs'
const a = await openArena()
const st = () =>
  readFileSync(`/proc/${a.backend.pid}/status`, 'utf8')
    .split('\n')
    .filter((l) => /VmRSS|RssAnon|RssFile|RssShmem/.test(l))
    .map((l) => l.replace(/\s+/g, ' '))
    .join(', ')
process.stdout.write(`start ${st()}\n`)
process.stdout.write(
  readFileSync(`/proc/${a.backend.pid}/smaps_rollup`, 'utf8').split('\n').slice(0, 12).join('|') + '\n',
)
for (let i = 0; i < 4; i++) {
  await a.run({ system: 'holdfast', load: 'spread', callers: 32, leadMs: 0, windowMs: 4000 })
  process.stdout.write(`${st()}\n`)
}
await a.close()
