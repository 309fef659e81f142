/**
 * Asks the router to let peers in from outside, by NAT-PMP or UPnP, with `@silentbot1/nat-api`, which is loaded when it
 * is wanted only. Invariant: a mapping is taken back at the end, and where that fails the router forgets it by itself.
 * @module
 */

import type NatAPI from "./nat_api.d.ts";
import { type Clock, systemClock } from "./clock.ts";

/** What {@link PortMapping} needs. */
export interface PortMappingOptions {
  /** The TCP port, the same outside as here. */
  readonly port: number;
  /** Called once with whether the router agreed. */
  onOutcome(isMapped: boolean): void;
  readonly clock?: Clock;
  /** Asks the router; a test has one of its own. Default: the library. */
  readonly open?: () => Promise<Pick<NatAPI, "map" | "destroy">>;
}

/** One port, mapped until disposed. */
export class PortMapping implements AsyncDisposable {
  readonly #options: PortMappingOptions;
  readonly #clock: Clock;
  #router: Pick<NatAPI, "map" | "destroy"> | undefined;
  #timer: Disposable | undefined;
  #isClosed = false;
  #asking: Promise<void>;

  /** Asks at once. */
  constructor(options: PortMappingOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#asking = this.#begin();
  }

  /** Takes the mapping back; a router that is silent is waited for no longer than two seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#timer?.[Symbol.dispose]();
    const { promise, resolve } = Promise.withResolvers<void>();
    using _patience = this.#clock.after(LEAVE_MS, resolve);
    await Promise.race([promise, this.#takeBack()]);
  }

  async #takeBack(): Promise<void> {
    await this.#asking;
    await this.#router?.destroy();
  }

  async #begin(): Promise<void> {
    this.#router = await (this.#options.open ?? openRouter)();
    const isMapped = await this.#ask();
    if (!this.#isClosed) this.#options.onOutcome(isMapped);
  }

  async #ask(): Promise<boolean> {
    if (this.#isClosed || this.#router === undefined) return false;
    const { port } = this.#options;
    const isMapped = await this.#router.map({ publicPort: port, privatePort: port, protocol: "TCP" });
    // A router that refused once may have been asked while it was starting: it is asked again.
    if (!this.#isClosed) this.#timer = this.#clock.after(RENEW_MS, () => this.#renew());
    return isMapped;
  }

  #renew(): void {
    this.#asking = this.#ask().then(() => {});
  }
}

/** How long the router keeps a mapping that is not renewed. */
const LIFETIME_SECONDS = 3_600;
/** Renewed at half of its life (RFC 6886 section 3.3). */
const RENEW_MS = LIFETIME_SECONDS * 500;
/** At the end, as long as trackers are waited for. */
const LEAVE_MS = 2_000;

async function openRouter(): Promise<NatAPI> {
  const { default: Router }: { readonly default: typeof NatAPI } = await import("@silentbot1/nat-api");
  // Its own renewal does nothing for NAT-PMP, and for UPnP sets one more timer each time.
  return new Router({ autoUpdate: false, description: "Playswarm", ttl: LIFETIME_SECONDS });
}
