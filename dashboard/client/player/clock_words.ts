/**
 * Moments of a film or a song as a player shows and says them.
 *
 * @module
 */

/**
 * A moment.
 *
 * @param seconds from the beginning; what is none is shown as the beginning
 * @returns for instance `"4:05"` or `"1:02:03"`
 */
export function formatClock(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/**
 * The same for a screen reader.
 *
 * @param seconds from the beginning
 * @returns for instance `"1 hour 2 minutes 3 seconds"`
 */
export function speakClock(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const parts = [[Math.floor(whole / 3600), "hour"], [Math.floor(whole / 60) % 60, "minute"], [
    whole % 60,
    "second",
  ]] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, noun]) =>
    `${count} ${noun}${count === 1 ? "" : "s"}`
  );
  return words.length === 0 ? "the beginning" : words.join(" ");
}
