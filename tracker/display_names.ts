/**
 * What owners call their clients. Few have a name, so names are beside the records. Pure.
 *
 * @module
 */

/** Names of clients by their number. */
export class DisplayNames {
  readonly #names = new Map<number, string>();

  /** The name of a client; empty where nobody said. */
  get(client: number): string {
    return this.#names.get(client) ?? "";
  }

  /** Sets a client's name; an empty one takes it away. */
  set(client: number, name: string): void {
    if (name === "") this.#names.delete(client);
    else this.#names.set(client, name);
  }

  /** All clients that have a name; some may come or go while they are gone through. */
  clients(): IterableIterator<number> {
    return this.#names.keys();
  }
}
