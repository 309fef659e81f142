/**
 * An announce and what became of it, as objects: what HTTP speaks, where an object more makes no difference.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import type { Announce } from "../shared/wire/announce.ts";
import type { GivenResponse } from "./given_peer.ts";
import type { Refusal } from "./refusal.ts";

/** An announce and where it came from. */
export interface AnnounceRequest {
  readonly announce: Announce;
  /** The source address, a canonical IP literal. */
  readonly host: string;
  /** Only peers of this family fit in the answer; absent for both. */
  readonly family?: 4 | 6;
  /** Fewer peers than the limit of all answers fit in the answer. */
  readonly maxPeerCount?: number;
}

/** What became of an announce. */
export type AnnounceResult =
  | {
    readonly type: "answered";
    readonly response: GivenResponse;
    /** Swarms whose size or content changed by it. */
    readonly changed: readonly InfoHash[];
  }
  | { readonly type: "refused"; readonly refusal: Refusal };
