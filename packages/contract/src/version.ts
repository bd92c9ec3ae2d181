/** The API version, by date. Sent in `Holdfast-Version`; an unknown one is refused with `version_unsupported`. */
export const API_VERSION = '2026-11-22'

/** Every version that the backend still answers, oldest first. */
export const API_VERSIONS: readonly string[] = [API_VERSION]
