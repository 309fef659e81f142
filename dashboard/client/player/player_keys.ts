/**
 * Which key does what to a film. Pure; the player listens and obeys.
 *
 * @module
 */

/** What a key asks for. */
export type PlayerCommand =
  | { readonly type: "toggle-play" | "toggle-full-screen" | "toggle-mute" | "toggle-subtitles" | "toggle-picture" }
  | { readonly type: "next" | "previous" | "help" }
  /** By so many seconds. */
  | { readonly type: "skip"; readonly seconds: number }
  /** To a share of the film, 0 to 1. */
  | { readonly type: "jump"; readonly share: number }
  /** Louder or softer, by a share of the whole. */
  | { readonly type: "volume"; readonly change: number }
  /** Faster or slower, by one step. */
  | { readonly type: "speed"; readonly step: 1 | -1 };

/** The keys as the help shows them. */
export const keyHelp: readonly (readonly [keys: string, meaning: string])[] = [
  ["Space, K", "play or pause"],
  ["← →", "5 seconds back or forward"],
  ["J L", "10 seconds back or forward"],
  ["↑ ↓", "louder or softer"],
  ["0 … 9", "to that tenth of the film"],
  ["F", "full screen"],
  ["M", "sound off or on"],
  ["C", "subtitles off or on"],
  ["P", "picture in picture"],
  ["< >", "slower or faster"],
  ["N B", "next file, or the one before"],
  ["?", "this list"],
];

/** What of a key press counts. */
export type KeyPress = Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey">;

/**
 * What a key asks for.
 *
 * @param press the key press
 * @returns undefined for a key that is the browser's
 */
export function commandOf(press: KeyPress): PlayerCommand | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey) return undefined;
  if (/^[0-9]$/.test(press.key)) return { type: "jump", share: Number(press.key) / 10 };
  return commands.get(press.key.length === 1 ? press.key.toLowerCase() : press.key);
}

const commands: ReadonlyMap<string, PlayerCommand> = new Map<string, PlayerCommand>([
  [" ", { type: "toggle-play" }],
  ["k", { type: "toggle-play" }],
  ["ArrowLeft", { type: "skip", seconds: -5 }],
  ["ArrowRight", { type: "skip", seconds: 5 }],
  ["j", { type: "skip", seconds: -10 }],
  ["l", { type: "skip", seconds: 10 }],
  ["ArrowUp", { type: "volume", change: 0.05 }],
  ["ArrowDown", { type: "volume", change: -0.05 }],
  ["f", { type: "toggle-full-screen" }],
  ["m", { type: "toggle-mute" }],
  ["c", { type: "toggle-subtitles" }],
  ["p", { type: "toggle-picture" }],
  ["<", { type: "speed", step: -1 }],
  [">", { type: "speed", step: 1 }],
  ["n", { type: "next" }],
  ["b", { type: "previous" }],
  ["?", { type: "help" }],
]);
