/**
 * What the parts of one swarm machine share: its limits, its randomness, its peers, the present moment, and the effects
 * of the event that is being handled.
 *
 * @module
 */
import type { PeerId } from "../../shared/ids.ts";
import type { PeerState } from "./peer_state.ts";
import type { SwarmSettings } from "./settings.ts";
import type { SwarmEffect } from "./swarm_effect.ts";
import type { PeerKey } from "./swarm_event.ts";

/** Shared by the parts of one machine; only the dispatcher sets `nowMs` and `effects`. */
export interface SwarmContext {
  readonly settings: SwarmSettings;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly ownPeerId: PeerId;
  readonly peers: Map<PeerKey, PeerState>;
  /** The `now` of the event being handled. */
  nowMs: number;
  /** The answer to the event being handled, in order. */
  effects: SwarmEffect[];
}
