/**
 * Which clients are one program: peer ids of one prefix at one endpoint, chained in their records. Pure.
 *
 * @module
 */
import { ADDRESS_WORDS } from "./address_words.ts";
import { CLIENT_WORD as WORD } from "./client_record.ts";
import { isPlayswarm, PLAYSWARM_PREFIX } from "./peer_id_prefix.ts";
import { RecordIndex } from "./record_index.ts";
import type { RecordTable } from "./record_table.ts";
import type { SipHash } from "./sip_hash.ts";

/** The programs of all clients in a table. */
export class ProgramIndex {
  readonly #records: RecordTable;
  readonly #sip: SipHash;
  /** The newest of each program; the others are chained from it. */
  readonly #newest: RecordIndex;
  readonly #name = new Uint32Array(2 + ADDRESS_WORDS + 1);
  #count = 0;

  /** Of these records, each of which begins with a client's name. */
  constructor(options: { readonly records: RecordTable; readonly sip: SipHash; readonly capacity: number }) {
    this.#records = options.records;
    this.#sip = options.sip;
    this.#newest = new RecordIndex(options.capacity);
  }

  /** Number of programs: one that has another peer id for each torrent counts once. */
  get count(): number {
    return this.#count;
  }

  /** Takes in a client whose record has its name. */
  join(client: number): void {
    const newest = this.#newestOf(client);
    if (newest < 0 || this.#isPlayswarm(client)) this.#count++;
    if (newest >= 0) this.#newest.remove(newest);
    this.#setNext(client, newest + 1);
    this.#newest.add(client, this.#digest(client));
  }

  /** Takes out a client whose record still has its name. */
  leave(client: number): void {
    const next = this.#next(client);
    const newest = this.#newestOf(client);
    if ((newest === client && next === 0) || this.#isPlayswarm(client)) this.#count--;
    if (newest === client) {
      this.#newest.remove(client);
      if (next > 0) this.#newest.add(next - 1, this.#digest(client));
      return;
    }
    let other = newest;
    while (other >= 0 && this.#next(other) !== client + 1) other = this.#next(other) - 1;
    if (other >= 0) this.#setNext(other, next);
  }

  /** The clients of a client's program, if it is the newest of them; else nothing. Each of ours is a program. */
  companionsOfNewest(client: number): readonly number[] | undefined {
    if (this.#isPlayswarm(client)) return [client];
    return this.#newestOf(client) === client ? this.#chain(client).reverse() : undefined;
  }

  /** Playswarm's own at the endpoint of this name, whatever their peer ids. */
  playswarmsAt(name: Uint32Array): readonly number[] {
    this.#nameProgram(name, 0);
    let newest = this.#newest.first(this.#sip.digest(this.#name));
    while (newest >= 0 && !this.#isNamed(newest)) newest = this.#newest.next(newest);
    return newest < 0 ? [] : this.#chain(newest);
  }

  /** A client and those of its program that came before it, the newest first. */
  #chain(newest: number): number[] {
    const companions: number[] = [];
    for (let other = newest; other >= 0; other = this.#next(other) - 1) companions.push(other);
    return companions;
  }

  /** The newest of a client's program, if it is in the index. */
  #newestOf(client: number): number {
    const digest = this.#digest(client);
    let other = this.#newest.first(digest);
    while (other >= 0 && !this.#isNamed(other)) other = this.#newest.next(other);
    return other;
  }

  #digest(client: number): number {
    this.#nameProgram(this.#records.uint32, client * WORD.count);
    return this.#sip.digest(this.#name);
  }

  /**
   * What the peer ids of one program have in common: code and version, the first 8 bytes (BEP 20, Azureus style), and the
   * endpoint. Of ours the version is left out: one that starts anew may be a later one.
   */
  #nameProgram(name: Uint32Array, start: number): void {
    const code = name[start] ?? 0;
    this.#name[0] = isPlayswarm(code) ? PLAYSWARM_PREFIX : code;
    this.#name[1] = isPlayswarm(code) ? 0 : name[start + 1] ?? 0;
    for (let index = 0; index <= ADDRESS_WORDS; index++) {
      this.#name[2 + index] = name[start + WORD.address + index] ?? 0;
    }
  }

  /** Whether a client is of the program that was named last. */
  #isNamed(client: number): boolean {
    const { uint32 } = this.#records;
    const start = client * WORD.count;
    const code = uint32[start] ?? 0;
    const isOurs = isPlayswarm(code);
    if ((isOurs ? PLAYSWARM_PREFIX : code) !== this.#name[0]) return false;
    if (!isOurs && uint32[start + 1] !== this.#name[1]) return false;
    for (let index = 0; index <= ADDRESS_WORDS; index++) {
      if (uint32[start + WORD.address + index] !== this.#name[2 + index]) return false;
    }
    return true;
  }

  #isPlayswarm(client: number): boolean {
    return isPlayswarm(this.#records.uint32[client * WORD.count] ?? 0);
  }

  /** One more than who comes next in the chain; 0 for nobody. */
  #next(client: number): number {
    return this.#records.int32[client * WORD.count + WORD.nextOfProgram] ?? 0;
  }

  #setNext(client: number, link: number): void {
    this.#records.int32[client * WORD.count + WORD.nextOfProgram] = link;
  }
}
