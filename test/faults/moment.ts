/** Lets time pass: faults strike at moments that the seed chooses, and clients pause before they try again. */
export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
