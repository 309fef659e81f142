/**
 * Endpoints we know of and when to dial which: near ones first, never more than the half-open limit at a time, each
 * failure doubling the wait, never ourselves, nobody banned, nobody we are connected to.
 * Invariant: holds at most `maxCandidates` endpoints.
 *
 * @module
 */
import { peerPriority } from "../../shared/peer_priority.ts";
import { type Endpoint, formatEndpoint, isLoopback, isPrivate } from "../../shared/endpoint.ts";
import type { CandidateSource, PeerKey } from "./swarm_event.ts";
import type { SwarmContext } from "./swarm_context.ts";

/** Wait after the first failure: a program that is just starting answers then. */
const FIRST_BACK_OFF_MS = 3_000;

/** Longest wait between two dials of one endpoint. */
const MAX_BACK_OFF_MS = 600_000;

/** A dial that nobody reported on is taken for failed after this. */
const DIAL_TIMEOUT_MS = 60_000;

/** A candidate that failed so often is forgotten. */
const MAX_FAILURES = 10;

/** Pause between two `want-candidates`. */
const WANT_INTERVAL_MS = 15_000;

/** A connection that lasted so long was worth having: its endpoint starts anew. */
const GOOD_CONNECTION_MS = 30_000;

interface Candidate {
  readonly endpoint: Endpoint;
  readonly key: string;
  /** Nearness first, then how likely the source is to be right; smaller is dialled earlier. */
  readonly rank: number;
  /** A tracker gave it, or the user; others may not be dialled for a private torrent (BEP 27). */
  isVouchedFor: boolean;
  /** Order among equals, smaller first: the highest canonical priority (BEP 40) once our address is known, else random. */
  tie: number;
  failureCount: number;
  dialAtMs: number;
  /** Since when it is being dialled. */
  dialledAtMs: number | undefined;
  peer: PeerKey | undefined;
  connectedAtMs: number;
  /** We are this peer, or it proved useless while we are complete. */
  isAvoided: boolean;
}

const SOURCE_RANK: Readonly<Record<CandidateSource, number>> = {
  manual: 0,
  magnet: 1,
  lan: 2,
  tracker: 3,
  exchange: 4,
};

/** Whose word is enough for a private torrent. */
const VOUCHING_SOURCES: ReadonlySet<CandidateSource> = new Set(["tracker", "manual"]);

/** The candidates of one torrent. */
export class Candidates {
  readonly #context: SwarmContext;
  readonly #isBanned: (endpoint: Endpoint) => boolean;
  readonly #candidates = new Map<string, Candidate>();
  #halfOpenCount = 0;
  #wantedAtMs = -Infinity;
  #own: Endpoint | undefined;
  #isRestricted = false;
  /** Nothing can be dialled before; saves looking through all of them. */
  #nextDialAtMs = -Infinity;

  /** No candidates. */
  constructor(context: SwarmContext, isBanned: (endpoint: Endpoint) => boolean) {
    this.#context = context;
    this.#isBanned = isBanned;
  }

  /** Endpoints known. */
  get count(): number {
    return this.#candidates.size;
  }

  /** Dials under way. */
  get halfOpenCount(): number {
    return this.#halfOpenCount;
  }

  /** Takes in what was heard. Endpoints that nobody can dial (port 0) are left out. */
  add(endpoints: readonly Endpoint[], source: CandidateSource): void {
    for (const endpoint of endpoints) {
      if (!(endpoint.port > 0 && endpoint.port < 65_536) || this.#isBanned(endpoint)) continue;
      const candidate = this.#find(endpoint) ?? this.#create(endpoint, source);
      if (candidate !== undefined) candidate.isVouchedFor ||= VOUCHING_SOURCES.has(source);
      // The user means it: at once.
      if (candidate !== undefined && source === "manual") {
        candidate.dialAtMs = Math.min(candidate.dialAtMs, this.#context.nowMs);
      }
    }
    this.#nextDialAtMs = -Infinity;
  }

  /** A dial failed. */
  failed(endpoint: Endpoint): void {
    const candidate = this.#find(endpoint);
    if (candidate === undefined || candidate.dialledAtMs === undefined) return;
    this.#endDial(candidate);
    this.#backOff(candidate);
  }

  /** A connection came about; for an outgoing one its dial is over. */
  connected(endpoint: Endpoint, options: { readonly peer: PeerKey; readonly isOutgoing: boolean }): void {
    const candidate = this.#find(endpoint);
    if (candidate === undefined) return;
    if (options.isOutgoing) this.#endDial(candidate);
    candidate.peer = options.peer;
    candidate.connectedAtMs = this.#context.nowMs;
  }

  /** An incoming peer said where it listens: it need not be dialled, and can be once it is gone. */
  listens(endpoint: Endpoint, peer: PeerKey): void {
    const candidate = this.#find(endpoint) ?? this.#create(endpoint, "exchange");
    if (candidate === undefined || candidate.peer !== undefined) return;
    candidate.peer = peer;
    candidate.connectedAtMs = this.#context.nowMs;
  }

  /** A peer is gone. `avoid`: do not dial it again by ourselves. */
  disconnected(peer: PeerKey, options: { readonly endpoint: Endpoint | undefined; readonly avoid: boolean }): void {
    const candidate = options.endpoint === undefined ? undefined : this.#find(options.endpoint);
    if (candidate === undefined || candidate.peer !== peer) return;
    candidate.peer = undefined;
    candidate.isAvoided ||= options.avoid;
    if (this.#context.nowMs - candidate.connectedAtMs >= GOOD_CONNECTION_MS) candidate.failureCount = 0;
    this.#backOff(candidate);
  }

  /**
   * The torrent is private: from now on only those are dialled that its tracker gives (BEP 27), or the user, who may do
   * as he likes with his own.
   */
  restrict(): void {
    this.#isRestricted = true;
    for (const candidate of [...this.#candidates.values()]) if (!candidate.isVouchedFor) this.#remove(candidate);
  }

  /** Forgets everybody. */
  clear(): void {
    for (const candidate of [...this.#candidates.values()]) this.#remove(candidate);
  }

  /** We want things again: those that had nothing for us may have. */
  forgive(): void {
    for (const candidate of this.#candidates.values()) {
      // It was let go for being of no use, not for failing: there is nothing to wait for.
      if (candidate.isAvoided) candidate.dialAtMs = this.#context.nowMs;
      candidate.isAvoided = false;
    }
    this.#nextDialAtMs = -Infinity;
  }

  /** A peer told at which address it sees us: from now on those that both ends prefer are dialled first (BEP 40). */
  seenAt(own: Endpoint): void {
    if (this.#own !== undefined && formatEndpoint(this.#own) === formatEndpoint(own)) return;
    this.#own = own;
    for (const candidate of this.#candidates.values()) candidate.tie = this.#tieOf(candidate.endpoint);
  }

  /**
   * Which of two places is the better one to be connected to: the nearer, then the one with the higher canonical priority
   * (BEP 40). Negative: the first. 0: nobody knows, as our own address is not known.
   */
  compare(one: Endpoint, other: Endpoint): number {
    const own = this.#own;
    const priority = (endpoint: Endpoint) => own === undefined ? 0 : peerPriority(own, endpoint) ?? 0;
    return nearnessOf(one) - nearnessOf(other) || priority(other) - priority(one);
  }

  /** Dials as many as the limits allow, and asks for more candidates when they are few. `isNeedy`: we want pieces. */
  dial(isNeedy: boolean): void {
    const { nowMs, settings, peers } = this.#context;
    this.#expireDials();
    let isExhausted = false;
    while (peers.size + this.#halfOpenCount < settings.maxPeers && this.#halfOpenCount < settings.maxHalfOpen) {
      const best = nowMs < this.#nextDialAtMs ? undefined : this.#best();
      if (best === undefined) {
        isExhausted = true;
        break;
      }
      best.dialledAtMs = nowMs;
      this.#halfOpenCount++;
      this.#context.effects.push({ type: "dial", endpoint: best.endpoint });
    }
    const isFew = peers.size + this.#halfOpenCount < settings.minPeers;
    if (isNeedy && isFew && isExhausted && nowMs - this.#wantedAtMs >= WANT_INTERVAL_MS) {
      this.#wantedAtMs = nowMs;
      this.#context.effects.push({ type: "want-candidates" });
    }
  }

  #tieOf(endpoint: Endpoint): number {
    const priority = this.#own === undefined ? undefined : peerPriority(this.#own, endpoint);
    return priority === undefined ? this.#context.random() : 1 - priority / 2 ** 32;
  }

  #find(endpoint: Endpoint): Candidate | undefined {
    return this.#candidates.get(formatEndpoint(endpoint));
  }

  #remove(candidate: Candidate): void {
    this.#endDial(candidate);
    this.#candidates.delete(candidate.key);
  }

  #create(endpoint: Endpoint, source: CandidateSource): Candidate | undefined {
    if (this.#isRestricted && !VOUCHING_SOURCES.has(source)) return undefined;
    if (this.#candidates.size >= this.#context.settings.maxCandidates && !this.#evict()) return undefined;
    const candidate: Candidate = {
      endpoint,
      key: formatEndpoint(endpoint),
      rank: nearnessOf(endpoint) * 10 + SOURCE_RANK[source],
      isVouchedFor: VOUCHING_SOURCES.has(source),
      tie: this.#tieOf(endpoint),
      failureCount: 0,
      dialAtMs: this.#context.nowMs,
      dialledAtMs: undefined,
      peer: undefined,
      connectedAtMs: 0,
      isAvoided: false,
    };
    this.#candidates.set(candidate.key, candidate);
    return candidate;
  }

  /** Makes room by dropping the one that failed most, if any failed. */
  #evict(): boolean {
    let worst: Candidate | undefined;
    for (const candidate of this.#candidates.values()) {
      if (candidate.peer !== undefined || candidate.dialledAtMs !== undefined) continue;
      if (candidate.failureCount > (worst?.failureCount ?? 0)) worst = candidate;
    }
    return worst !== undefined && this.#candidates.delete(worst.key);
  }

  #best(): Candidate | undefined {
    const { nowMs } = this.#context;
    let best: Candidate | undefined;
    let nextDialAtMs = Infinity;
    for (const candidate of this.#candidates.values()) {
      if (candidate.peer !== undefined || candidate.dialledAtMs !== undefined || candidate.isAvoided) continue;
      nextDialAtMs = Math.min(nextDialAtMs, candidate.dialAtMs);
      if (candidate.dialAtMs > nowMs || this.#isBanned(candidate.endpoint)) continue;
      if (best === undefined || isBefore(candidate, best)) best = candidate;
    }
    this.#nextDialAtMs = nextDialAtMs;
    return best;
  }

  #expireDials(): void {
    if (this.#halfOpenCount === 0) return;
    for (const candidate of [...this.#candidates.values()]) {
      if (candidate.dialledAtMs === undefined || this.#context.nowMs - candidate.dialledAtMs < DIAL_TIMEOUT_MS) {
        continue;
      }
      this.#endDial(candidate);
      this.#backOff(candidate);
    }
  }

  #endDial(candidate: Candidate): void {
    if (candidate.dialledAtMs === undefined) return;
    candidate.dialledAtMs = undefined;
    this.#halfOpenCount--;
  }

  #backOff(candidate: Candidate): void {
    const waitMs = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** candidate.failureCount);
    // Jitter, so that two who dialled each other at the same time do not do it again.
    candidate.dialAtMs = this.#context.nowMs + waitMs * (0.75 + this.#context.random() / 2);
    candidate.failureCount++;
    this.#nextDialAtMs = Math.min(this.#nextDialAtMs, candidate.dialAtMs);
    if (candidate.failureCount > MAX_FAILURES) this.#candidates.delete(candidate.key);
  }
}

/** 0: this machine, 1: its network, 2: the world. */
function nearnessOf({ host }: Endpoint): number {
  return isLoopback(host) ? 0 : isPrivate(host) ? 1 : 2;
}

function isBefore(one: Candidate, other: Candidate): boolean {
  if (one.failureCount !== other.failureCount) return one.failureCount < other.failureCount;
  return one.rank !== other.rank ? one.rank < other.rank : one.tie < other.tie;
}
