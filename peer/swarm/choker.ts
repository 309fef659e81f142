/**
 * Who may download from us (BEP 3 "choking and optimistic unchoking"). Every ten seconds the slots go, while we download,
 * to those who send us most; when we have everything, to those who take most, with the longest served making room for
 * the longest waiting. One slot is optimistic: a waiting peer by chance, newcomers thrice as likely. Between the rounds
 * a free slot is given at once, and one that is not used is lent.
 * Invariant: what is queued for a peer is taken back when it is choked.
 *
 * @module
 */
import type { PeerState } from "./peer_state.ts";
import type { SwarmContext } from "./swarm_context.ts";

/** Between two rounds: long enough for TCP to show what it can (BEP 3). */
const ROUND_MS = 10_000;

/** An optimistic unchoke stays for this many rounds (BEP 3: 30 seconds). */
const OPTIMISTIC_ROUNDS = 3;

/** A newcomer is this much likelier to be chosen, for it has nothing to trade yet (BEP 3). */
const NEWCOMER_WEIGHT = 3;
const NEWCOMER_MS = 60_000;

/** A peer that is unchoked and asks for nothing for so long, several round trips, leaves its slot to another meanwhile. */
const IDLE_SLOT_MS = 500;

/** Peers unchoked at most, those that ask for nothing included, as a multiple of the slots. */
const MAX_LENT = 4;

/** While seeding, a peer keeps its slot for at least this time, so that it can finish pieces. */
const SEED_TURN_MS = 30_000;

/** What is done beside saying choke and unchoke. */
export interface ChokeDuties {
  /** Just before a peer is unchoked. */
  readonly beforeUnchoke: (peer: PeerState) => void;
  /** Whether a peer gets no slot because others give it enough. */
  readonly leavesToOthers: (peer: PeerState) => boolean;
  /** Just after a peer was choked: takes its queued uploads back. */
  readonly afterChoke: (peer: PeerState) => void;
}

/** Gives and takes upload slots. */
export class Choker {
  readonly #context: SwarmContext;
  readonly #duties: ChokeDuties;
  #roundAtMs = -Infinity;
  #round = 0;

  /** Nobody is unchoked. */
  constructor(context: SwarmContext, duties: ChokeDuties) {
    this.#context = context;
    this.#duties = duties;
  }

  /** A peer became interested, or one is gone: a slot that is free need not wait for the round. */
  fillSlots(): void {
    let free = this.#context.settings.uploadSlots;
    for (const peer of this.#context.peers.values()) {
      if (peer.isInterestedInUs && !peer.isChokedByUs && !peer.isLentSlot) free--;
    }
    if (free <= 0) return;
    for (const peer of this.#waiting().sort((one, other) => one.chokedAtMs - other.chokedAtMs)) {
      if (free-- <= 0) return;
      this.#unchoke(peer);
    }
  }

  /**
   * Time passed: holds a round when one is due, else lends what is idle.
   *
   * @param isSeeding whether we want nothing from anybody
   */
  tick(isSeeding: boolean): void {
    if (this.#context.nowMs - this.#roundAtMs >= ROUND_MS) return this.#hold(isSeeding);
    for (const peer of this.#context.peers.values()) {
      if (!peer.isChokedByUs && this.#duties.leavesToOthers(peer)) this.#choke(peer);
    }
    this.#lend();
  }

  #hold(isSeeding: boolean): void {
    const { nowMs, settings } = this.#context;
    this.#roundAtMs = nowMs;
    this.#round++;
    const interested = [...this.#context.peers.values()].filter((peer) => this.#wantsSlot(peer));
    const chosen = isSeeding ? this.#bestTakers(interested) : this.#bestGivers(interested);
    if (chosen.size < settings.uploadSlots) this.#addOptimistic(chosen, interested);
    for (const peer of this.#context.peers.values()) {
      if (!chosen.has(peer) && !peer.isChokedByUs) this.#choke(peer);
    }
    for (const peer of chosen) {
      peer.isLentSlot = false;
      if (peer.isChokedByUs) this.#unchoke(peer);
    }
  }

  /**
   * An unchoked peer may ask for nothing though we have what it lacks, for others send it that. It stays unchoked, and its
   * slot is lent to one that waits: first to those that give us most. When it asks again, the slot is taken back.
   */
  #lend(): void {
    const { nowMs, peers, settings } = this.#context;
    const lent: PeerState[] = [];
    let unchokedCount = 0;
    let busyCount = 0;
    for (const peer of peers.values()) {
      if (!peer.isInterestedInUs || peer.isChokedByUs) continue;
      unchokedCount++;
      if (peer.uploads.size === 0 && nowMs - Math.max(peer.askedAtMs, peer.unchokedAtMs) >= IDLE_SLOT_MS) continue;
      busyCount++;
      if (peer.isLentSlot) lent.push(peer);
    }
    for (; busyCount > settings.uploadSlots; busyCount--) {
      const last = lent.pop();
      if (last === undefined) return;
      this.#choke(last);
    }
    if (busyCount === settings.uploadSlots) return;
    const rates = new Map(this.#waiting().map((peer) => [peer, peer.download.bytesPerSecond(nowMs)]));
    const waiting = [...rates.keys()].sort((one, other) =>
      (rates.get(other) ?? 0) - (rates.get(one) ?? 0) || one.chokedAtMs - other.chokedAtMs
    );
    for (const peer of waiting) {
      if (busyCount++ >= settings.uploadSlots || unchokedCount++ >= settings.uploadSlots * MAX_LENT) return;
      this.#unchoke(peer);
      peer.isLentSlot = true;
    }
  }

  #waiting(): PeerState[] {
    return [...this.#context.peers.values()].filter((peer) => peer.isChokedByUs && this.#wantsSlot(peer));
  }

  #wantsSlot(peer: PeerState): boolean {
    return peer.isInterestedInUs && !this.#duties.leavesToOthers(peer);
  }

  /** Tit for tat: all slots but the optimistic one. */
  #bestGivers(interested: PeerState[]): Set<PeerState> {
    const { nowMs, settings } = this.#context;
    const rates = new Map(interested.map((peer) => [peer, peer.download.bytesPerSecond(nowMs)]));
    const givers = interested.filter((peer) => peer.timeoutCount === 0 && (rates.get(peer) ?? 0) > 0);
    givers.sort((one, other) => (rates.get(other) ?? 0) - (rates.get(one) ?? 0));
    const slots = Math.max(1, settings.uploadSlots - 1);
    return new Set(givers.slice(0, slots));
  }

  /** Those in their turn first, then by rate; a peer that had its turn makes room for one that waits. */
  #bestTakers(interested: PeerState[]): Set<PeerState> {
    const { nowMs, settings } = this.#context;
    const slots = Math.max(1, settings.uploadSlots - 1);
    const waitingCount = interested.filter((peer) => peer.isChokedByUs).length;
    const served = interested.filter((peer) => !peer.isChokedByUs);
    const rates = new Map(served.map((peer) => [peer, peer.upload.bytesPerSecond(nowMs)]));
    const hadTurn = (peer: PeerState) => waitingCount > 0 && nowMs - peer.unchokedAtMs >= SEED_TURN_MS;
    served.sort((one, other) =>
      Number(hadTurn(one)) - Number(hadTurn(other)) || (rates.get(other) ?? 0) - (rates.get(one) ?? 0)
    );
    // Half of the slots at most change hands in one round, else nobody would be at full speed.
    const keep = served.filter((peer, rank) => !hadTurn(peer) || rank < slots / 2).slice(0, slots);
    const longestWaiting = interested.filter((peer) => peer.isChokedByUs)
      .sort((one, other) => one.chokedAtMs - other.chokedAtMs);
    return new Set([...keep, ...longestWaiting, ...served].slice(0, slots));
  }

  /** Fills the slots that are left: the present optimistic peer while its time lasts, then others by chance. */
  #addOptimistic(chosen: Set<PeerState>, interested: PeerState[]): void {
    const { settings } = this.#context;
    const isNewTurn = this.#round % OPTIMISTIC_ROUNDS === 0;
    for (const peer of interested) {
      if (chosen.size >= settings.uploadSlots) break;
      if (peer.isOptimistic && !isNewTurn && !peer.isChokedByUs) chosen.add(peer);
    }
    while (chosen.size < settings.uploadSlots) {
      const peer = this.#byChance(interested.filter((other) => !chosen.has(other)));
      if (peer === undefined) return;
      peer.isOptimistic = true;
      chosen.add(peer);
    }
  }

  #byChance(peers: PeerState[]): PeerState | undefined {
    const { nowMs, random } = this.#context;
    const weights = peers.map((peer) => nowMs - peer.connectedAtMs < NEWCOMER_MS ? NEWCOMER_WEIGHT : 1);
    let ticket = random() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [index, peer] of peers.entries()) {
      ticket -= weights[index] ?? 0;
      if (ticket < 0) return peer;
    }
    return peers.at(-1);
  }

  #unchoke(peer: PeerState): void {
    this.#duties.beforeUnchoke(peer);
    peer.isChokedByUs = false;
    peer.unchokedAtMs = this.#context.nowMs;
    this.#context.effects.push({ type: "send", peer: peer.key, message: { type: "unchoke" } });
  }

  #choke(peer: PeerState): void {
    peer.isChokedByUs = true;
    peer.isOptimistic = false;
    peer.isLentSlot = false;
    peer.chokedAtMs = this.#context.nowMs;
    this.#context.effects.push({ type: "send", peer: peer.key, message: { type: "choke" } });
    this.#duties.afterChoke(peer);
  }
}
