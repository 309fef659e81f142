/**
 * What this browser remembers for its person: where each film was left, how loud, whether subtitles are on. Kept in the
 * browser's own storage, which may be off or full: then it is not remembered, and nothing fails.
 *
 * @module
 */

/** The part of `localStorage` that is used. */
export type Storage = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">;

/** Films whose place is remembered: the one that was left longest ago is forgotten first. */
export const MAX_POSITIONS = 500;

/** Less than this from either end is no place to come back to. */
const EDGE_SECONDS = 5;
/** Who has seen so much of a film has seen it. */
const SEEN_SHARE = 0.95;

/** Values by name, as JSON. */
export class Remembered {
  readonly #storage: Storage | undefined;

  /** Uses this storage; without one it remembers nothing. */
  constructor(storage: Storage | undefined) {
    this.#storage = storage;
  }

  /** A value as it was set; undefined when it was not, or is broken. Whoever reads it checks its shape. */
  get(name: string): unknown {
    try {
      return JSON.parse(this.#storage?.getItem(`playswarm.${name}`) ?? "null") ?? undefined;
    } catch (error) {
      // SyntaxError: written by something else. DOMException: the person has forbidden storage.
      if (error instanceof SyntaxError || error instanceof DOMException) return undefined;
      throw error;
    }
  }

  /** Sets a value. */
  set(name: string, value: unknown): void {
    try {
      this.#storage?.setItem(`playswarm.${name}`, JSON.stringify(value));
    } catch (error) {
      // Full, or forbidden.
      if (!(error instanceof DOMException)) throw error;
    }
  }

  /** Where a film was left, in seconds; undefined when it is to begin at its beginning. */
  position(key: string): number | undefined {
    return this.#positions().find(([known]) => known === key)?.[1];
  }

  /** Remembers where a film is; forgets it when it has hardly begun or is over. */
  setPosition(key: string, place: { readonly seconds: number; readonly duration: number }): void {
    const { seconds, duration } = place;
    const others = this.#positions().filter(([known]) => known !== key);
    const isWorthIt = seconds > EDGE_SECONDS && duration - seconds > EDGE_SECONDS && seconds < duration * SEEN_SHARE;
    const all: readonly Position[] = isWorthIt ? [...others, [key, Math.floor(seconds)]] : others;
    this.set("positions", all.slice(-MAX_POSITIONS));
  }

  #positions(): readonly Position[] {
    const value = this.get("positions");
    return Array.isArray(value) ? value.filter(isPosition) : [];
  }
}

type Position = readonly [key: string, seconds: number];

function isPosition(value: unknown): value is Position {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number";
}

/** This browser's storage; a browser that forbids it throws when it is named. */
function browserStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

/** What this browser remembers. */
export const remembered: Remembered = new Remembered(browserStorage());
