/** Times as a person reads them. */

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

/** @param leftMs Until it ends. @returns For instance `23 h 59 min`, `4 min 03 s`, `over`. */
export function countdownText(leftMs: number): string {
  const seconds = Math.ceil(leftMs / 1000)
  if (seconds <= 0) return 'over'
  if (seconds < MINUTE) return `${seconds} s`
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ${twoDigits(seconds % MINUTE)} s`
  if (seconds < DAY) {
    return `${Math.floor(seconds / HOUR)} h ${twoDigits(Math.floor((seconds % HOUR) / MINUTE))} min`
  }
  return `${Math.floor(seconds / DAY)} d ${Math.floor((seconds % DAY) / HOUR)} h`
}

/** @param atMs UTC milliseconds. @returns Time of day with milliseconds, UTC. */
export function clockText(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 23)
}

/** @param atMs UTC milliseconds. @returns Date and time, UTC, to the second. */
export function dateText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
