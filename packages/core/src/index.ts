export type * from './ports.ts'
export * from './refusal.ts'
