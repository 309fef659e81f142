/**
 * Numbers as people read them: sizes, rates, durations, counts and titles. Pure; sizes are decimal (1 MB is 1,000,000
 * bytes) because that is what file managers and providers show.
 *
 * @module
 */

const SIZE_UNITS: readonly string[] = ["B", "kB", "MB", "GB", "TB", "PB"];

/**
 * A size with three significant digits at most.
 *
 * @param bytes bytes, 0 or more
 * @returns for instance `"0 B"`, `"999 B"`, `"1.5 kB"`, `"734 MB"`, `"1.37 GB"`
 */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  // 999.5 would be shown as 1000, which belongs to the next unit.
  while (value >= 999.5 && unit < SIZE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : threeDigits(value)} ${SIZE_UNITS[unit]}`;
}

/**
 * A rate.
 *
 * @param bytesPerSecond bytes per second, 0 or more
 * @returns for instance `"1.5 MB/s"`
 */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/**
 * A piece length, in the powers of two it is made of.
 *
 * @param bytes bytes, 1 or more
 * @returns for instance `"512 KiB"` or `"4 MiB"`
 */
export function formatPieceLength(bytes: number): string {
  if (bytes >= 2 ** 20) return `${threeDigits(bytes / 2 ** 20)} MiB`;
  return bytes >= 2 ** 10 ? `${threeDigits(bytes / 2 ** 10)} KiB` : `${bytes} B`;
}

/**
 * A span of time in its one or two largest units.
 *
 * @param seconds seconds, 0 or more
 * @returns for instance `"4 s"`, `"2 min 5 s"`, `"3 h 20 min"`, `"2 d 4 h"`; `"∞"` for anything that is not finite
 */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "∞";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return twoUnits(whole, { large: 60, largeUnit: "min", small: 1, smallUnit: "s" });
  if (whole < 86_400) return twoUnits(whole, { large: 3600, largeUnit: "h", small: 60, smallUnit: "min" });
  return twoUnits(whole, { large: 86_400, largeUnit: "d", small: 3600, smallUnit: "h" });
}

/**
 * How long ago a moment was.
 *
 * @param momentMs milliseconds since 1970
 * @param nowMs the same for now
 * @returns `"just now"` within five seconds, for instance `"12 s ago"` after that
 */
export function formatAgo(momentMs: number, nowMs: number): string {
  const seconds = (nowMs - momentMs) / 1000;
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} d ago`;
}

/**
 * How much of something is done. Never rounds up to 100: that word is kept for what is complete.
 *
 * @param done bytes done
 * @param total bytes in all; 0 counts as done
 * @returns a whole number from 0 to 100
 */
export function percentDone(done: number, total: number): number {
  return done >= total ? 100 : Math.max(0, Math.min(99, Math.floor((done / total) * 100)));
}

/**
 * A count with its noun.
 *
 * @param count how many
 * @param noun the singular; the plural is made with an s, or given
 * @returns for instance `"1 peer"`, `"12 peers"`, `"10,234 files"`
 */
export function formatCount(count: number, noun: string | readonly [singular: string, plural: string]): string {
  const [singular, plural] = typeof noun === "string" ? [noun, `${noun}s`] : noun;
  return `${count.toLocaleString("en")} ${count === 1 ? singular : plural}`;
}

/**
 * The title of a file: its name without folders and extension, with underscores (or dots, where they stand for every
 * space) read as spaces.
 *
 * @param name a file name or a path with slashes
 * @returns the title; the name itself if nothing would be left of it
 */
export function titleOf(name: string): string {
  const base = name.slice(name.lastIndexOf("/") + 1);
  const stem = base.replace(/(?<=.)\.[a-z0-9]{1,5}$/i, "");
  const spaced = stem.includes(" ") ? stem : stem.replaceAll(stem.includes("_") ? "_" : ".", " ");
  return spaced.trim() || name;
}

/**
 * The extension of a file, as a small label.
 *
 * @param name a file name
 * @returns upper-case letters and digits without the dot, for instance `"MP4"`; empty when there is none
 */
export function extensionOf(name: string): string {
  return /.\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toUpperCase() ?? "";
}

/**
 * A hue for an info-hash, so that each file keeps its own colour everywhere.
 *
 * @param infoHash hex digits
 * @returns degrees from 0 to 359
 */
export function hueOf(infoHash: string): number {
  const number = Number.parseInt(infoHash.slice(0, 6), 16);
  return Number.isNaN(number) ? 40 : number % 360;
}

function threeDigits(value: number): string {
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return value.toFixed(digits).replace(/\.0+$|(?<=\.\d)0$/, "");
}

interface TwoUnits {
  readonly large: number;
  readonly largeUnit: string;
  readonly small: number;
  readonly smallUnit: string;
}

function twoUnits(seconds: number, units: TwoUnits): string {
  const large = Math.floor(seconds / units.large);
  const small = Math.floor((seconds % units.large) / units.small);
  return small === 0 ? `${large} ${units.largeUnit}` : `${large} ${units.largeUnit} ${small} ${units.smallUnit}`;
}
