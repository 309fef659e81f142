/**
 * The multicast sockets of BEP 14: hears the groups on every interface of this machine, and sends to all of them.
 * Invariant: only what comes from the local network is handed on, and with an address that can be dialled.
 * @module
 */

import { encodeAddress, isPrivate } from "../../shared/endpoint.ts";
import { encodeLanAnnounce, LAN_GROUPS, type LanAnnounce } from "../../shared/wire/lan_announce.ts";
import type { LanTransport } from "./lan_discovery.ts";
import { closeSocket, endpointOf, isNetworkError } from "./socket.ts";

/** What {@link LanSocket.open} needs. */
export interface LanSocketOptions {
  /** The only address that peers reach us at; absent: every address of this machine. */
  readonly host?: string | undefined;
  /** A datagram from this address; the bytes are the receiver's to keep. */
  onDatagram(datagram: Uint8Array, host: string): void;
  /** A group cannot be heard or reached; said once for each reason. */
  onFault?(error: Error): void;
}

/** The sockets, open until disposed. */
export class LanSocket implements LanTransport, AsyncDisposable {
  readonly #options: LanSocketOptions;
  readonly #tasks = new Set<Promise<void>>();
  readonly #receivers: Readonly<Record<4 | 6, Deno.DatagramConn | undefined>>;
  /** One for each IPv4 address: what is sent from it leaves by its interface. */
  readonly #senders = new Map<string, Deno.DatagramConn>();
  readonly #joined = new Set<string>();
  readonly #faults = new Set<string>();
  #interfaces: readonly Deno.NetworkInterfaceInfo[] = [];
  #lookedAtMs = -Infinity;
  #isClosed = false;

  private constructor(options: LanSocketOptions) {
    this.#options = options;
    this.#receivers = { 4: this.#listen("0.0.0.0"), 6: this.#listen("::") };
    this.#look();
    for (const receiver of Object.values(this.#receivers)) {
      if (receiver !== undefined) this.#run(this.#receive(receiver));
    }
  }

  /** Opens what there is; a machine without a network, or without one of the families, does without. */
  static open(options: LanSocketOptions): LanSocket {
    return new LanSocket(options);
  }

  /** Sends an announce to both groups, on every interface. */
  send(announce: LanAnnounce): void {
    if (this.#isClosed) return;
    this.#look();
    const v4 = encodeLanAnnounce(announce, { group: LAN_GROUPS[4] });
    for (const sender of this.#senders.values()) this.#run(this.#sendTo(sender, { bytes: v4, family: 4 }));
    const v6 = this.#receivers[6];
    if (v6 === undefined || !this.#interfaces.some((one) => one.family === "IPv6")) return;
    this.#run(this.#sendTo(v6, { bytes: encodeLanAnnounce(announce, { group: LAN_GROUPS[6] }), family: 6 }));
  }

  /** Closes the sockets. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const socket of [...Object.values(this.#receivers), ...this.#senders.values()]) {
      if (socket !== undefined) closeSocket(socket);
    }
    await Promise.all(this.#tasks);
  }

  /** Interfaces come and go with cables and wireless networks: looked at now and then. */
  #look(): void {
    const now = performance.now();
    if (now - this.#lookedAtMs < LOOK_INTERVAL_MS) return;
    this.#lookedAtMs = now;
    const { host } = this.#options;
    const isAny = host === undefined || host === "0.0.0.0" || host === "::";
    const names = new Set(
      Deno.networkInterfaces().filter((one) => isAny || one.address === host).map(({ name }) => name),
    );
    this.#interfaces = Deno.networkInterfaces().filter((one) => names.has(one.name) && !isLoopbackInterface(one));
    const addresses = new Set(this.#interfaces.filter(({ family }) => family === "IPv4").map(({ address }) => address));
    for (const [address, sender] of this.#senders) {
      if (addresses.has(address)) continue;
      closeSocket(sender);
      this.#senders.delete(address);
    }
    for (const address of addresses) this.#openSender(address);
    for (const one of this.#interfaces) this.#run(this.#join(one));
  }

  #openSender(address: string): void {
    if (this.#senders.has(address)) return;
    const sender = this.#attempt(() =>
      Deno.listenDatagram({ transport: "udp", hostname: address, port: 0, loopback: true })
    );
    if (sender !== undefined) this.#senders.set(address, sender);
  }

  #listen(hostname: string): Deno.DatagramConn | undefined {
    // Other programs on this machine listen to the same port; what is sent from here is for them, too.
    return this.#attempt(() =>
      Deno.listenDatagram({ transport: "udp", hostname, port: LAN_GROUPS[4].port, reuseAddress: true, loopback: true })
    );
  }

  async #join({ family, address, scopeid }: Deno.NetworkInterfaceInfo): Promise<void> {
    const key = family === "IPv4" ? address : `${scopeid}`;
    // An interface's number is known from its link-local address, which each has that speaks IPv6.
    if (this.#joined.has(key) || (family === "IPv6" && !scopeid)) return;
    this.#joined.add(key);
    try {
      if (family === "IPv4") await this.#receivers[4]?.joinMulticastV4(LAN_GROUPS[4].host, address);
      else await this.#receivers[6]?.joinMulticastV6(LAN_GROUPS[6].host, scopeid ?? 0);
    } catch (error) {
      this.#joined.delete(key);
      this.#note(error);
    }
  }

  async #sendTo(
    socket: Deno.DatagramConn,
    { bytes, family }: { readonly bytes: Uint8Array; readonly family: 4 | 6 },
  ): Promise<void> {
    const { host, port } = LAN_GROUPS[family];
    try {
      await socket.send(bytes, { transport: "udp", hostname: host, port });
    } catch (error) {
      this.#note(error);
    }
  }

  async #receive(socket: Deno.DatagramConn): Promise<void> {
    while (!this.#isClosed) {
      try {
        const [datagram, address] = await socket.receive();
        if (address.transport !== "udp") continue;
        const { host } = endpointOf(address);
        if (this.#isNear(host)) this.#options.onDatagram(datagram, host);
      } catch (error) {
        this.#note(error);
        // An error of this socket will come again at once.
        return;
      }
    }
  }

  /** A link-local IPv6 address cannot be dialled without its interface, of which the system tells us nothing here. */
  #isNear(host: string): boolean {
    const address = encodeAddress(host);
    if (address === undefined) return false;
    if (address.length === 16 && address[0] === 0xfe) return false;
    return isPrivate(host) || this.#interfaces.some((one) => isInNetwork(address, one));
  }

  #attempt(open: () => Deno.DatagramConn): Deno.DatagramConn | undefined {
    try {
      return open();
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  #note(error: unknown): void {
    if (!isNetworkError(error)) throw error;
    if (this.#isClosed || this.#faults.has(error.message)) return;
    this.#faults.add(error.message);
    this.#options.onFault?.(error);
  }

  #run(task: Promise<void>): void {
    const running = task.finally(() => this.#tasks.delete(running));
    this.#tasks.add(running);
  }
}

/** Looking costs a millisecond; who joins a network waits no longer than this for its first announce there. */
const LOOK_INTERVAL_MS = 30_000;

function isLoopbackInterface({ address }: Deno.NetworkInterfaceInfo): boolean {
  return address === "::1" || address.startsWith("127.");
}

/** Whether an address is in the network of an interface of ours. */
function isInNetwork(address: Uint8Array, { address: own, netmask }: Deno.NetworkInterfaceInfo): boolean {
  const [ours, mask] = [encodeAddress(own), encodeAddress(netmask)];
  if (ours === undefined || mask === undefined || ours.length !== address.length) return false;
  return address.every((byte, index) => ((byte ^ (ours[index] ?? 0)) & (mask[index] ?? 0xff)) === 0);
}
