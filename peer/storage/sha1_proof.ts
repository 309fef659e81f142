/**
 * Which verified pieces of a hybrid torrent its SHA-1 has proven, too. SHA-256 alone proves every byte of a hybrid, so
 * nothing else is hashed while everybody who is connected knows v2: BEP 52 ("upgrade path") lets a client go on "as if
 * the other format were not present". Before the first peer that knows only v1 comes in, SHA-1 is made up for, and from
 * then on each piece is judged by both.
 *
 * Invariant: after {@link Sha1Proof.prove} gave true, every verified piece is proven by both hashes, until
 * `onContradiction` is called.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import type { Info } from "../../shared/metainfo.ts";
import type { Sha1Verdict } from "./piece_check.ts";

/** What the proof needs of the storage around it. */
export interface Sha1ProofOptions {
  readonly info: Info;
  /** Resolves when every piece was judged that is being judged now. */
  readonly settle: () => Promise<void>;
  /** Which of these pieces are true as they lie on disk, by one of their two hashes. */
  readonly check: (pieces: readonly number[], by: "sha1" | "sha256") => Promise<readonly boolean[]>;
  /** This piece has the right SHA-256 and can never have its SHA-1. Called once. */
  readonly onContradiction: (piece: number) => void;
}

/** What SHA-1 has to say about one torrent. */
export class Sha1Proof {
  readonly #options: Sha1ProofOptions;
  readonly #isHybrid: boolean;
  /** Verified by SHA-256 alone. */
  #unproven: Bitfield;
  #isNeeded = false;
  #hasContradiction = false;
  #proving: Promise<boolean> | undefined;

  /** Nothing is verified yet. */
  constructor(options: Sha1ProofOptions) {
    this.#options = options;
    this.#isHybrid = options.info.version === "hybrid";
    this.#unproven = new Bitfield(options.info.geometry.pieceCount);
  }

  /** Whether the torrent was found to contradict itself: only its v2 part is believed since. */
  get hasContradiction(): boolean {
    return this.#hasContradiction;
  }

  /** Whether a piece is to be judged by SHA-1; `hasTree` says whether SHA-256 can judge it. */
  judges(options: { readonly hasTree: boolean }): boolean {
    if (!this.#isHybrid) return true;
    return !this.#hasContradiction && (this.#isNeeded || !options.hasTree);
  }

  /** A piece was verified, and this is what SHA-1 says of it. */
  verified(piece: number, sha1: Sha1Verdict): void {
    if (!this.#isHybrid) return;
    if (sha1 !== "right") this.#unproven.set(piece);
    if (sha1 === "wrong") this.#contradict(piece);
  }

  /** These pieces and no others are believed from now on, by SHA-256 alone. Copied. */
  believe(pieces: Bitfield): void {
    if (this.#isHybrid) this.#unproven = pieces.clone();
  }

  /**
   * Proves all that is verified, now and from now on.
   *
   * @returns whether peers that know only v1 may be given all of it; false, too, when a file cannot be read any more
   */
  prove(): Promise<boolean> {
    if (this.#hasContradiction) return Promise.resolve(false);
    return this.#proving ??= this.#prove();
  }

  async #prove(): Promise<boolean> {
    if (!this.#isHybrid) return true;
    const { settle, check } = this.#options;
    this.#isNeeded = true;
    // What a worker judges at this moment without SHA-1 is unproven when it comes back.
    await settle();
    const pieces = [...this.#unproven.indices()];
    const areRight = await check(pieces, "sha1");
    for (const [index, piece] of pieces.entries()) if (areRight[index]) this.#unproven.clear(piece);
    const wrong = pieces.filter((_, index) => !areRight[index]);
    // A file that changed or went is wrong by both: that says nothing about the torrent.
    const areTrue = await check(wrong, "sha256");
    const contradiction = wrong.find((_, index) => areTrue[index]);
    if (contradiction !== undefined) this.#contradict(contradiction);
    const isProven = wrong.length === 0 && !this.#hasContradiction;
    if (!isProven) this.#proving = undefined;
    return isProven;
  }

  #contradict(piece: number): void {
    if (this.#hasContradiction) return;
    this.#hasContradiction = true;
    this.#options.onContradiction(piece);
  }
}
