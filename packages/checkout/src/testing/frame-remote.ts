import type { FrameInit, PageMessage } from '@holdfast/contract/frame'

/** What a test tells the stub frame. */
export type Command = { stub: 'do', id: number } & (
  | { say: unknown }
  | { shout: unknown }
  | { fill: boolean }
  | { refuse: string }
  | { silent: boolean }
  | { go: string }
)

/** What the stub frame tells a test: what it heard, and which command it has carried out. */
export type Heard = { stub: 'heard' } & (
  | { done: number }
  | { init: FrameInit, origin: string }
  | { message: PageMessage, filled: boolean }
)
