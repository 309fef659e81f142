/**
 * Finds trackers on the local network (`shared/lan_service.ts`): asks at once, again soon for what got lost, and then now
 * and then. Invariant: a tracker stands under the address that it answered from, which is one where it can be reached.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../../shared/endpoint.ts";
import { LanNames } from "../../shared/lan_names.ts";
import { LAN_SERVICE, readServices } from "../../shared/lan_service.ts";
import type { DnsPacket } from "../../shared/multicast_dns.d.ts";

/** A tracker that was found. */
export interface FoundTracker extends Endpoint {
  readonly name: string;
  /** Whether its community is a private one. */
  readonly needsKey: boolean;
}

/** More trackers than a house has: somebody plays. */
const MAX_FOUND = 16;
/** When it asks again: datagrams get lost, and whoever comes later makes itself known. */
const ASK_AGAIN_MS = [250, 1_000, 3_000, 10_000];

/** Asks and listens until disposed. */
export class TrackerFinder implements AsyncDisposable {
  readonly #found = new Map<string, FoundTracker>();
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  readonly #listeners = new Set<() => void>();
  #names: LanNames | undefined;

  private constructor() {}

  /** Begins. A network that cannot be used is told of, and is no failure. */
  static async start(options: {
    readonly host?: string | undefined;
    readonly onFault: (error: Error) => void;
  }): Promise<TrackerFinder> {
    const finder = new TrackerFinder();
    const names = await LanNames.open({
      host: options.host,
      onFault: options.onFault,
      onOpen: () => finder.#names?.ask(LAN_SERVICE),
      onResponse: (packet, { from }) => finder.#take(packet, from),
    });
    finder.#names = names;
    names.ask(LAN_SERVICE);
    for (const delayMs of ASK_AGAIN_MS) finder.#timers.push(setTimeout(() => names.ask(LAN_SERVICE), delayMs));
    return finder;
  }

  /** Those found until now, the first one in front. */
  get found(): readonly FoundTracker[] {
    return [...this.#found.values()];
  }

  /** Calls the listener when somebody was found or left. */
  subscribe(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Falls silent. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#names?.[Symbol.asyncDispose]();
  }

  #take(packet: DnsPacket, host: string): void {
    for (const { name, port, needsKey, isLeaving } of readServices(packet)) {
      const key = formatEndpoint({ host, port });
      const isNews = this.#found.has(key) === isLeaving;
      if (isLeaving) this.#found.delete(key);
      else if (this.#found.has(key) || this.#found.size < MAX_FOUND) {
        this.#found.set(key, { name, host, port, needsKey });
      }
      if (isNews) { for (const listener of this.#listeners) listener(); }
    }
  }
}

/** The first tracker that answers, or undefined when none does in time. */
export async function findTracker(options: {
  readonly host?: string | undefined;
  readonly timeoutMs: number;
  readonly onFault: (error: Error) => void;
  readonly signal: AbortSignal;
}): Promise<FoundTracker | undefined> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using finder = await TrackerFinder.start({ host: options.host, onFault: options.onFault });
  using _listening = finder.subscribe(resolve);
  const timer = setTimeout(resolve, options.timeoutMs);
  const onAbort = () => resolve();
  options.signal.addEventListener("abort", onAbort, { once: true });
  await promise;
  options.signal.removeEventListener("abort", onAbort);
  clearTimeout(timer);
  return finder.found[0];
}
