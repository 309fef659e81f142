/** A token bucket shared by connections. @module */
import type { Clock } from "./clock.ts";

/** Shares a number of bytes a second among all who take from it. */
export declare class RateLimiter {
  constructor(options?: { readonly rateBytesPerSecond?: number | undefined; readonly clock?: Clock });
  get rateBytesPerSecond(): number | undefined;
  set rateBytesPerSecond(rate: number | undefined);
  get quantumBytes(): number;
  take(bytes: number, options?: { readonly signal?: AbortSignal }): Promise<void> | undefined;
}
