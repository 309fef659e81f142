/**
 * The tracker's clock of leases and limits.
 *
 * @module
 */

/** Milliseconds since 1970 when the program started and from then on without jumps: setting the clock ends no lease. */
export function monotonicMs(): number {
  return performance.timeOrigin + performance.now();
}
