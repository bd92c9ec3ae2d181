import { openClientSecret } from './client-secret.ts'
import type { Deps, Hooks } from './deps.ts'
import { resumeOperation } from './rail/resume.ts'

/** What the parts ask of each other, on the backend's own parts. */
export function createHooks(deps: () => Deps): Hooks {
  return {
    findSessionBySecret: async (secret) => openClientSecret(deps().sealer, secret),
    resumeOperation: (subject) => resumeOperation(deps(), subject),
  }
}
