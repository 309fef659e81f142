/**
 * All clients of the tracker, found by peer id and endpoint or by address, and counted by program. Pure.
 *
 * @module
 */
import { formatEndpoint } from "../shared/endpoint.ts";
import type { PeerId } from "../shared/ids.ts";
import type { Place } from "./peer_order.ts";
import type { TrackedClient } from "./tracked_client.ts";

/** What names a client. */
export interface ClientName {
  readonly peerId: PeerId;
  readonly port: number;
}

/** The clients at one address. */
interface Household {
  readonly place: Place;
  readonly clients: Set<TrackedClient>;
}

const NOBODY: ReadonlySet<TrackedClient> = new Set();

/** Who is known. A client is in all of its lists or in none. */
export class ClientDirectory {
  readonly #clients = new Map<string, TrackedClient>();
  readonly #households = new Map<string, Household>();
  /** How many peer ids each program has here. */
  readonly #programs = new Map<string, number>();

  /** Number of programs: one that has another peer id for each torrent counts once. */
  get programCount(): number {
    return this.#programs.size;
  }

  /** All clients, those first that are known longest. They may be removed while being gone through. */
  all(): Iterable<TrackedClient> {
    return this.#clients.values();
  }

  /** The client of this name at this place. */
  find(name: ClientName, place: Place): TrackedClient | undefined {
    return this.#clients.get(keyOf(name, place));
  }

  /** All clients at an address. */
  at(host: string): ReadonlySet<TrackedClient> {
    return this.#households.get(host)?.clients ?? NOBODY;
  }

  /** What is known of an address from a client there: saves working it out at each announce. */
  placeAt(host: string): Place | undefined {
    return this.#households.get(host)?.place;
  }

  /** Takes in a client that is not here yet. */
  add(client: TrackedClient): void {
    const { place, programKey } = client;
    this.#clients.set(keyOf(client, place), client);
    const household = this.#households.get(place.host);
    if (household === undefined) this.#households.set(place.host, { place, clients: new Set([client]) });
    else household.clients.add(client);
    this.#programs.set(programKey, (this.#programs.get(programKey) ?? 0) + 1);
  }

  /** Takes out a client that is here. */
  remove(client: TrackedClient): void {
    const { place, programKey } = client;
    this.#clients.delete(keyOf(client, place));
    const household = this.#households.get(place.host);
    household?.clients.delete(client);
    if (household?.clients.size === 0) this.#households.delete(place.host);
    const remaining = (this.#programs.get(programKey) ?? 1) - 1;
    if (remaining > 0) this.#programs.set(programKey, remaining);
    else this.#programs.delete(programKey);
  }
}

function keyOf({ peerId, port }: ClientName, { host }: Place): string {
  return peerId + formatEndpoint({ host, port });
}
