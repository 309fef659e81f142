/**
 * The pieces that may be started, ordered by how few peers have them: one permutation array cut into a bucket for each
 * availability, so that a piece moves to the neighbouring bucket by one swap.
 * Invariant: bucket `a` is `order[ends[a-1] .. ends[a])` and holds exactly the contained pieces of availability `a`.
 *
 * @module
 */

const ABSENT = -1;

/** Rarest-first order of pieces; every operation but {@link RarityOrder.pick} costs at most one step for each bucket. */
export class RarityOrder {
  readonly #order: Int32Array;
  readonly #position: Int32Array;
  readonly #availability: Uint16Array;
  readonly #ends: number[] = [0];

  /** No piece contained, all of availability 0. */
  constructor(pieceCount: number) {
    this.#order = new Int32Array(pieceCount);
    this.#position = new Int32Array(pieceCount).fill(ABSENT);
    this.#availability = new Uint16Array(pieceCount);
  }

  /** Pieces contained. */
  get size(): number {
    return this.#ends[this.#ends.length - 1] ?? 0;
  }

  /** Pieces contained that at least `availability` of the counted peers have. */
  countFrom(availability: number): number {
    return this.size - (availability === 0 ? 0 : this.#ends[Math.min(availability, this.#ends.length) - 1] ?? 0);
  }

  /** Whether the piece is contained. */
  has(piece: number): boolean {
    return this.#position[piece] !== ABSENT;
  }

  /** How many of the counted peers have the piece. */
  availability(piece: number): number {
    return this.#availability[piece] ?? 0;
  }

  /** Puts a piece in, if it is not. */
  insert(piece: number): void {
    if (this.has(piece)) return;
    const availability = this.availability(piece);
    const ends = this.#ends;
    while (ends.length <= availability) ends.push(this.size);
    // The hole at the very end travels down: each rarer bucket's neighbour gives its first place away.
    let hole = this.size;
    for (let bucket = ends.length - 1; bucket > availability; bucket--) {
      const start = ends[bucket - 1] ?? 0;
      this.#move(start, hole);
      hole = start;
      ends[bucket] = (ends[bucket] ?? 0) + 1;
    }
    ends[availability] = (ends[availability] ?? 0) + 1;
    this.#place(piece, hole);
  }

  /** Takes a piece out, if it is in. */
  remove(piece: number): void {
    if (!this.has(piece)) return;
    const ends = this.#ends;
    let hole = this.#position[piece] ?? 0;
    for (let bucket = this.availability(piece); bucket < ends.length; bucket++) {
      const last = (ends[bucket] ?? 0) - 1;
      this.#move(last, hole);
      hole = last;
      ends[bucket] = last;
    }
    this.#position[piece] = ABSENT;
  }

  /** One more counted peer has the piece. */
  raise(piece: number): void {
    const availability = this.availability(piece);
    this.#availability[piece] = availability + 1;
    if (!this.has(piece)) return;
    const ends = this.#ends;
    if (ends.length <= availability + 1) ends.push(this.size);
    const last = (ends[availability] ?? 0) - 1;
    this.#swap(this.#position[piece] ?? 0, last);
    ends[availability] = last;
  }

  /** One counted peer fewer has the piece. */
  lower(piece: number): void {
    const availability = this.availability(piece);
    if (availability === 0) return;
    this.#availability[piece] = availability - 1;
    if (!this.has(piece)) return;
    const first = this.#ends[availability - 1] ?? 0;
    this.#swap(this.#position[piece] ?? 0, first);
    this.#ends[availability - 1] = first + 1;
  }

  /**
   * A piece that `isSuitable`, of the smallest availability from `from` on; among equals a random one, in that the search
   * starts at a random place of the bucket. Undefined when there is none.
   */
  pick(
    isSuitable: (piece: number) => boolean,
    options: { readonly random: () => number; readonly from: number },
  ): number | undefined {
    const ends = this.#ends;
    for (let bucket = options.from; bucket < ends.length; bucket++) {
      const start = bucket === 0 ? 0 : ends[bucket - 1] ?? 0;
      const count = (ends[bucket] ?? 0) - start;
      if (count === 0) continue;
      const offset = Math.floor(options.random() * count);
      for (let step = 0; step < count; step++) {
        const piece = this.#order[start + (offset + step) % count] ?? 0;
        if (isSuitable(piece)) return piece;
      }
    }
    return undefined;
  }

  #place(piece: number, position: number): void {
    this.#order[position] = piece;
    this.#position[piece] = position;
  }

  #move(from: number, to: number): void {
    if (from !== to) this.#place(this.#order[from] ?? 0, to);
  }

  #swap(one: number, other: number): void {
    const first = this.#order[one] ?? 0;
    this.#place(this.#order[other] ?? 0, one);
    this.#place(first, other);
  }
}
