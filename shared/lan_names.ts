/**
 * Multicast DNS on every IPv4 interface of this machine, with `multicast-dns`, which is loaded when it is wanted only.
 * Invariant: a network that is not there, or may not be used, is told of and is no failure.
 *
 * @module
 */
import { encodeAddress, isLoopback, isPrivate } from "./endpoint.ts";
import { MulticastSocket } from "./multicast_socket.ts";
import type multicastDns from "./multicast_dns.d.ts";
import type { DnsAnswers, DnsPacket, MulticastDns } from "./multicast_dns.d.ts";

/** Who hears, and who is told of faults. */
export interface LanNamesOptions {
  /** The only address that this program is reached at; absent, `0.0.0.0` or `::`: every one. */
  readonly host?: string | undefined;
  /** An interface can be used from now on. */
  onOpen?(address: string): void;
  /** Somebody asks, heard on the interface of `address`. */
  onQuery?(packet: DnsPacket, heard: { readonly address: string }): void;
  /** Somebody near says something. */
  onResponse?(packet: DnsPacket, heard: { readonly from: string }): void;
  /** An interface cannot be used, or something could not be sent. */
  onFault?(error: Error): void;
}

/** Interfaces come and go with cables and wireless networks; who joins one waits no longer than this. */
const LOOK_MS = 30_000;

/** The sockets, one for each address, open until disposed. */
export class LanNames implements AsyncDisposable {
  readonly #options: LanNamesOptions;
  readonly #sockets = new Map<string, MulticastDns>();
  #open: typeof multicastDns | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(options: LanNamesOptions) {
    this.#options = options;
  }

  /** Opens what there is, and later what comes. */
  static async open(options: LanNamesOptions): Promise<LanNames> {
    const names = new LanNames(options);
    const { default: open }: { readonly default: typeof multicastDns } = await import("multicast-dns");
    names.#open = open;
    names.#look();
    names.#timer = setInterval(() => names.#look(), LOOK_MS);
    return names;
  }

  /** The addresses of the interfaces in use. */
  get addresses(): readonly string[] {
    return [...this.#sockets.keys()];
  }

  /** Asks for a kind of service on every interface. */
  ask(name: string): void {
    for (const socket of this.#sockets.values()) {
      socket.query({ questions: [{ name, type: "PTR" }] }, (error) => this.#note(error));
    }
  }

  /** Says something on the interface of an address. It settles when it is sent, or cannot be. */
  say(records: DnsAnswers, options: { readonly address: string }): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = this.#sockets.get(options.address);
    if (socket === undefined) resolve();
    else {
      socket.respond(records, (error) => {
        this.#note(error);
        resolve();
      });
    }
    return promise;
  }

  /** Closes the sockets. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#sockets.keys()].map((address) => this.#close(address)));
  }

  #look(): void {
    const { host } = this.#options;
    const isAny = host === undefined || host === "0.0.0.0" || host === "::";
    const addresses = new Set(
      Deno.networkInterfaces()
        .filter((one) => one.family === "IPv4" && !isLoopback(one.address) && (isAny || one.address === host))
        .map(({ address }) => address),
    );
    for (const address of this.#sockets.keys()) if (!addresses.has(address)) void this.#close(address);
    for (const address of addresses) this.#openOn(address);
  }

  #openOn(address: string): void {
    if (this.#open === undefined || this.#sockets.has(address)) return;
    const { onOpen, onQuery, onResponse } = this.#options;
    const socket = this.#attempt(() => new MulticastSocket(address), this.#open);
    if (socket === undefined) return;
    this.#sockets.set(address, socket);
    socket.on("warning", (error) => this.#note(error));
    socket.on("error", (error) => {
      this.#note(error);
      void this.#close(address);
    });
    if (onQuery !== undefined) socket.on("query", (packet) => onQuery(packet, { address }));
    if (onResponse !== undefined) {
      socket.on("response", (packet, { address: from }) => {
        // The group is of this network only; who answers from elsewhere was not asked.
        if (encodeAddress(from) !== undefined && isPrivate(from)) onResponse(packet, { from });
      });
    }
    onOpen?.(address);
  }

  #attempt(open: () => MulticastSocket, speak: typeof multicastDns): MulticastDns | undefined {
    try {
      return speak({ socket: open(), bind: false, multicast: false });
    } catch (error) {
      // What may go wrong with an address or a port is an error of the platform.
      if (!(error instanceof Error)) throw error;
      this.#note(error);
      return undefined;
    }
  }

  #close(address: string): Promise<void> {
    const socket = this.#sockets.get(address);
    this.#sockets.delete(address);
    const { promise, resolve } = Promise.withResolvers<void>();
    if (socket === undefined) resolve();
    else socket.destroy(resolve);
    return promise;
  }

  #note(error: Error | null | undefined): void {
    if (error) this.#options.onFault?.(error);
  }
}
