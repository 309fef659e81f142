/**
 * Questions and answers in single datagrams, as UDP trackers take them (BEP 15): one socket per address family for the
 * whole program. Invariants: every question ends; an answer counts only from the address that was asked and with the
 * transaction id that was sent.
 *
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../shared/endpoint.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import {
  decodeUdpResponse,
  encodeUdpRequest,
  type UdpRequest,
  type UdpResponse,
} from "../../shared/wire/udp_tracker.ts";
import type { Clock } from "./clock.ts";
import { Deadline } from "./deadline.ts";
import { closeSocket, endpointOf, isNetworkError } from "./socket.ts";

/** What a {@link UdpExchange} is made of. */
export interface UdpExchangeOptions {
  /** Gives numbers in [0, 1) that nobody can guess: transaction ids are what keeps strangers from answering. */
  readonly random: () => number;
  readonly clock: Clock;
}

interface Pending {
  readonly from: Endpoint;
  readonly resolve: (response: UdpResponse) => void;
  readonly reject: (error: Error) => void;
}

/** The sockets, and who waits for what on them. Dispose of it. */
export class UdpExchange implements AsyncDisposable {
  readonly #random: () => number;
  readonly #clock: Clock;
  readonly #sockets = new Map<Family, Deno.DatagramConn>();
  readonly #receivers: Promise<void>[] = [];
  readonly #pending = new Map<number, Pending>();
  readonly #closing = new AbortController();

  /** Opens nothing until something is asked. */
  constructor(options: UdpExchangeOptions) {
    this.#random = options.random;
    this.#clock = options.clock;
  }

  /** Whether it was disposed of, or is being so. */
  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /**
   * One datagram there, one back.
   *
   * @param make the question with the transaction id it is given
   * @throws {ProtocolError} `timeout` when no answer came in time, another code when it cannot be read
   * @throws the signal's reason, or what the network says, or `Interrupted` when the exchange is closed meanwhile
   */
  async ask(
    make: (transactionId: number) => UdpRequest,
    how: { readonly address: Endpoint; readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<UdpResponse> {
    const { address, timeoutMs } = how;
    const transactionId = this.#transactionId();
    const request = encodeUdpRequest(make(transactionId));
    const { promise, resolve, reject } = Promise.withResolvers<UdpResponse>();
    using deadline = new Deadline({
      timeoutMs,
      what: formatEndpoint(address),
      signal: how.signal,
      clock: this.#clock,
    });
    deadline.signal.addEventListener("abort", () => reject(deadline.signal.reason), { once: true });
    this.#pending.set(transactionId, { from: address, resolve, reject });
    try {
      deadline.signal.throwIfAborted();
      const socket = this.#socket(familyOf(address));
      const to: Deno.Addr = { transport: "udp", hostname: address.host, port: address.port };
      const [response] = await Promise.all([promise, socket.send(request, to)]);
      return response;
    } finally {
      this.#pending.delete(transactionId);
    }
  }

  /** Closes the sockets; what was being asked fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Deno.errors.Interrupted("the client is closing"));
    for (const socket of this.#sockets.values()) closeSocket(socket);
    for (const { reject } of [...this.#pending.values()]) reject(this.#closing.signal.reason);
    await Promise.all(this.#receivers);
  }

  #transactionId(): number {
    for (;;) {
      const id = Math.floor(this.#random() * 2 ** 32);
      if (!this.#pending.has(id)) return id;
    }
  }

  #socket(family: Family): Deno.DatagramConn {
    this.#closing.signal.throwIfAborted();
    let socket = this.#sockets.get(family);
    if (socket === undefined) {
      socket = Deno.listenDatagram({ transport: "udp", hostname: family === 4 ? "0.0.0.0" : "::", port: 0 });
      this.#sockets.set(family, socket);
      this.#receivers.push(this.#receive(socket, family));
    }
    return socket;
  }

  async #receive(socket: Deno.DatagramConn, family: Family): Promise<void> {
    const buffer = new Uint8Array(MAX_DATAGRAM_LENGTH);
    while (!this.#closing.signal.aborted) {
      try {
        const [bytes, address] = await socket.receive(buffer);
        if (address.transport === "udp") this.#accept(bytes, { from: endpointOf(address), family });
      } catch (error) {
        if (!isNetworkError(error)) throw error;
        if (this.#closing.signal.aborted) return;
        // Some systems report here that a port is closed (ICMP), without saying which: its question will time out.
        await this.#pause();
      }
    }
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _timer = this.#clock.after(RECEIVE_RETRY_MS, resolve);
    this.#closing.signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  }

  #accept(bytes: Uint8Array, { from, family }: { from: Endpoint; family: Family }): void {
    if (bytes.length < 8) return;
    const transactionId = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4);
    const pending = this.#pending.get(transactionId);
    // Strangers are not answered, nor believed.
    if (pending === undefined || pending.from.host !== from.host || pending.from.port !== from.port) return;
    try {
      pending.resolve(decodeUdpResponse(bytes, { family }));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      pending.reject(error);
    }
  }
}

type Family = 4 | 6;

/** An answer with the most peers a tracker gives (200 of IPv6, 18 bytes each), several times over. */
const MAX_DATAGRAM_LENGTH = 16 * 1024;
/** Errors of a socket do not come faster than this. */
const RECEIVE_RETRY_MS = 50;

function familyOf(address: Endpoint): Family {
  return address.host.includes(":") ? 6 : 4;
}
