/**
 * Makes the tracker known on its local network (`shared/lan_service.ts`), so that a new peer finds it without an address.
 *
 * @module
 */
import { LanNames } from "../shared/lan_names.ts";
import { LAN_SERVICE, type LanTracker, SERVICE_LIST, serviceRecords } from "../shared/lan_service.ts";

/** Answers whoever asks, until disposed; then it takes leave. */
export class LanAnnouncer implements AsyncDisposable {
  readonly #tracker: LanTracker;
  #names: LanNames | undefined;

  private constructor(tracker: LanTracker) {
    this.#tracker = tracker;
  }

  /** Begins. A network that cannot be used is told of, and is no failure. */
  static async start(
    tracker: LanTracker,
    options: { readonly host: string; readonly onFault: (error: Error) => void },
  ): Promise<LanAnnouncer> {
    const announcer = new LanAnnouncer(tracker);
    announcer.#names = await LanNames.open({
      ...options,
      // Peers that were here first hear of us at once (RFC 6762, section 8.3).
      onOpen: (address) => announcer.#say(address),
      onQuery: ({ questions }, { address }) => {
        const names = questions.filter(({ type }) => type === "PTR" || type === "ANY").map(({ name }) =>
          name.toLowerCase()
        );
        if (names.includes(LAN_SERVICE)) announcer.#say(address);
        if (names.includes(SERVICE_LIST)) announcer.#list(address);
      },
    });
    for (const address of announcer.#names.addresses) announcer.#say(address);
    return announcer;
  }

  /** Takes leave, and falls silent. */
  async [Symbol.asyncDispose](): Promise<void> {
    const names = this.#names;
    if (names === undefined) return;
    const leave = (address: string) =>
      names.say(serviceRecords(this.#tracker, { address, isLeaving: true }), { address });
    await Promise.all(names.addresses.map(leave));
    await names[Symbol.asyncDispose]();
  }

  #say(address: string): void {
    void this.#names?.say(serviceRecords(this.#tracker, { address }), { address });
  }

  #list(address: string): void {
    const answers = [{ name: SERVICE_LIST, type: "PTR", ttl: 120, data: LAN_SERVICE }];
    void this.#names?.say({ answers, additionals: [] }, { address });
  }
}
