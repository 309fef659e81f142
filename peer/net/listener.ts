/**
 * Takes connections: one port on all addresses, IPv4 and IPv6, handshake first (BEP 3), plain or encrypted. Invariant:
 * strangers cost a bounded number of sockets for a bounded time: per address, half-open, and in all; at the half-open
 * limit the oldest goes, as a real peer sends its handshake at once and a slow one is the attack. Nor can they keep us
 * busy with exchanging keys.
 * @module
 */

import { type Endpoint, isLoopback, networkOf } from "../../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../../shared/ids.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { encodeHandshake, type Handshake } from "../../shared/wire/handshake.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type ConnectionOptions, PeerConnection, type PeerSocket } from "./connection.ts";
import { closeOnAbort, Deadline } from "./deadline.ts";
import { takeEncryption } from "./encryption.ts";
import { readHandshake, readOpening } from "./handshake_exchange.ts";
import { KeyHashIndex } from "./key_hash_index.ts";
import { closeSocket, endpointOf, isNetworkError, writeAll } from "./socket.ts";

/** How an incoming handshake is answered. */
export interface HandshakeAnswer {
  /** The torrent: the one that was asked for, or the truncated v2 info-hash of the same (BEP 52, upgrade). */
  readonly infoHash: InfoHash;
  /** Ours. */
  readonly peerId: PeerId;
  /** Whether the torrent has a v2 part. Default false. */
  readonly supportsV2?: boolean;
  /** Whether we have a DHT node. Default false. */
  readonly supportsDht?: boolean;
}

/** What {@link PeerListener.listen} needs. */
export interface ListenerOptions extends ConnectionOptions {
  /** An address to bind; left out, `0.0.0.0` and `::` mean all addresses of both families. */
  readonly host?: string | undefined;
  /** 0: any that is free. */
  readonly port: number;
  /** Whether we have the torrent, and as whom. Undefined closes the connection. */
  route(handshake: Handshake, endpoint: Endpoint): HandshakeAnswer | undefined;
  /** The info-hashes of all torrents that are here, by which encrypted handshakes are read; absent: none are taken. */
  infoHashes?(): Iterable<InfoHash>;
  /** Takes a connection over: run it, or close it. */
  onConnection(connection: PeerConnection): void;
  /** A remote was turned away (`ProtocolError`), or its network failed; without an endpoint: accepting itself failed. */
  onRefused?(error: Error, endpoint: Endpoint | undefined): void;
  /** Connections in all, with those that were handed over and are not closed. Default 1000. */
  readonly maxConnections?: number;
  /** Connections that have not sent their handshake. Default 128. */
  readonly maxHalfOpen?: number;
  /** Connections of one address (of IPv6: one /64 network). Default 50: a household behind one address. */
  readonly maxPerAddress?: number;
  /** The same for this machine itself, where other programs of ours may be many. Default 500. */
  readonly maxPerLoopbackAddress?: number;
  /** Milliseconds for a handshake. Default 10,000. */
  readonly handshakeTimeoutMs?: number;
}

/**
 * Listens for peers. It owns its sockets and the connections that have not finished their handshake; disposing of it
 * closes those. A connection given to `onConnection` belongs to its receiver and lives on.
 */
export class PeerListener implements AsyncDisposable {
  /** The port peers reach us on. */
  readonly port: number;
  readonly #options: ListenerOptions;
  readonly #clock: Clock;
  readonly #listeners: readonly Deno.TcpListener[];
  readonly #tasks = new Set<Promise<void>>();
  readonly #halfOpen = new Set<Deadline>();
  readonly #countByAddress = new Map<string, number>();
  readonly #keyHashes: KeyHashIndex;
  #encryptedSinceMs = -Infinity;
  #encryptedCount = 0;
  #connectionCount = 0;
  readonly #closing = new AbortController();

  private constructor(listeners: readonly Deno.TcpListener[], options: ListenerOptions) {
    this.#listeners = listeners;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#keyHashes = new KeyHashIndex(() => options.infoHashes?.() ?? []);
    this.port = listeners[0]?.addr.port ?? options.port;
    for (const listener of listeners) this.#track(this.#accept(listener));
  }

  /** Binds the port and begins. Throws `Deno.errors.AddrInUse` and the like when that cannot be. */
  static listen(options: ListenerOptions): PeerListener {
    return new PeerListener(bind(options), options);
  }

  /** Connections that are open, half-open ones included. */
  get connectionCount(): number {
    return this.#connectionCount;
  }

  /** Stops accepting and closes what is half-open. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Deno.errors.Interrupted("the listener is closing"));
    for (const listener of this.#listeners) closeSocket(listener);
    await Promise.all(this.#tasks);
  }

  /** Keeps a task until it ends, so that disposing can wait for it. */
  #track(task: Promise<void>): void {
    const tracked = task.finally(() => this.#tasks.delete(tracked));
    this.#tasks.add(tracked);
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        this.#admit(await listener.accept());
      } catch (error) {
        if (!isNetworkError(error)) throw error;
        if (this.#closing.signal.aborted) return;
        // Out of file descriptors, or a remote that was gone before it was accepted.
        this.#options.onRefused?.(error, undefined);
        await this.#pause();
      }
    }
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _timer = this.#clock.after(ACCEPT_RETRY_MS, resolve);
    using _closing = closeOnAbort(this.#closing.signal, resolve);
    await promise;
  }

  #admit(socket: Deno.TcpConn): void {
    const endpoint = endpointOf(socket.remoteAddr);
    const refusal = this.#refusal(endpoint);
    if (refusal !== undefined) {
      closeSocket(socket);
      this.#options.onRefused?.(refusal, endpoint);
      return;
    }
    const key = networkOf(endpoint.host);
    this.#connectionCount += 1;
    this.#countByAddress.set(key, (this.#countByAddress.get(key) ?? 0) + 1);
    const onClosed = () => {
      this.#connectionCount -= 1;
      const count = (this.#countByAddress.get(key) ?? 0) - 1;
      if (count > 0) this.#countByAddress.set(key, count);
      else this.#countByAddress.delete(key);
    };
    this.#track(this.#greet(socket, { endpoint, onClosed }));
  }

  #refusal(endpoint: Endpoint): ProtocolError | undefined {
    const options = this.#options;
    const max = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
    if (this.#connectionCount >= max) {
      return new ProtocolError("limit", `Cannot take more than ${max} connections`);
    }
    const maxPerAddress = isLoopback(endpoint.host)
      ? options.maxPerLoopbackAddress ?? DEFAULT_MAX_PER_LOOPBACK_ADDRESS
      : options.maxPerAddress ?? DEFAULT_MAX_PER_ADDRESS;
    if ((this.#countByAddress.get(networkOf(endpoint.host)) ?? 0) >= maxPerAddress) {
      return new ProtocolError("limit", `Cannot take more than ${maxPerAddress} connections from one address`);
    }
    return undefined;
  }

  async #greet(socket: Deno.TcpConn, remote: { endpoint: Endpoint; onClosed: () => void }): Promise<void> {
    const { endpoint, onClosed } = remote;
    let connection: PeerConnection | undefined;
    using deadline = this.#openHalf();
    try {
      const greeted = await this.#shakeHands(socket, { endpoint, deadline });
      connection = new PeerConnection({ ...greeted, endpoint, isOutgoing: false, onClosed }, this.#options);
      this.#halfOpen.delete(deadline);
      this.#options.onConnection(connection);
    } catch (error) {
      if (connection === undefined) {
        closeSocket(socket);
        onClosed();
      } else {
        connection.close("refused");
      }
      const reason = deadline.signal.aborted ? deadline.signal.reason : error;
      if (!(reason instanceof ProtocolError) && !isNetworkError(reason)) throw reason;
      if (!this.#closing.signal.aborted) this.#options.onRefused?.(reason, endpoint);
    } finally {
      this.#halfOpen.delete(deadline);
    }
  }

  #openHalf(): Deadline {
    const [oldest] = this.#halfOpen;
    if (oldest !== undefined && this.#halfOpen.size >= (this.#options.maxHalfOpen ?? DEFAULT_MAX_HALF_OPEN)) {
      this.#halfOpen.delete(oldest);
      oldest.abort(new ProtocolError("limit", "Cannot wait for a handshake while others come"));
    }
    const deadline = new Deadline({
      timeoutMs: this.#options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS,
      what: "a handshake",
      signal: this.#closing.signal,
      clock: this.#clock,
    });
    this.#halfOpen.add(deadline);
    return deadline;
  }

  async #shakeHands(
    tcp: Deno.TcpConn,
    { endpoint, deadline }: { endpoint: Endpoint; deadline: Deadline },
  ): Promise<{ readonly socket: PeerSocket; readonly handshake: Handshake }> {
    using _closing = closeOnAbort(deadline.signal, () => closeSocket(tcp));
    const { bytes, isHandshake } = await readOpening(tcp);
    const socket = isHandshake ? tcp : await this.#decrypt(tcp, bytes);
    const theirs = await readHandshake(socket, isHandshake ? bytes : undefined);
    const answer = this.#options.route(theirs, endpoint);
    if (answer === undefined) {
      throw new ProtocolError("wrong-torrent", `Cannot serve ${theirs.infoHash}: there is no such torrent here`);
    }
    if (theirs.peerId === answer.peerId) throw new ProtocolError("self", "Cannot use ourselves as a peer");
    await writeAll(
      socket,
      encodeHandshake({
        infoHash: answer.infoHash,
        peerId: answer.peerId,
        supportsFast: true,
        supportsExtensions: true,
        supportsDht: answer.supportsDht ?? false,
        supportsV2: answer.supportsV2 ?? false,
      }),
    );
    deadline.signal.throwIfAborted();
    return { socket, handshake: theirs };
  }

  /** Goes on with what is no handshake that everybody can read. */
  async #decrypt(tcp: Deno.TcpConn, begun: Uint8Array): Promise<PeerSocket> {
    if (this.#options.infoHashes === undefined) {
      throw new ProtocolError("malformed", "Cannot shake hands: the remote does not speak BitTorrent");
    }
    const now = this.#clock.now();
    if (now - this.#encryptedSinceMs >= 1000) {
      this.#encryptedSinceMs = now;
      this.#encryptedCount = 0;
    }
    this.#encryptedCount += 1;
    if (this.#encryptedCount > MAX_ENCRYPTED_PER_SECOND) {
      throw new ProtocolError(
        "limit",
        `Cannot take more than ${MAX_ENCRYPTED_PER_SECOND} encrypted handshakes a second`,
      );
    }
    return await takeEncryption(tcp, { begun, find: (hash) => this.#keyHashes.find(hash) });
  }
}

/** Each costs 0.1 ms, and 1.5 ms when it names none of ten thousand torrents: less than a tenth of a core at worst. */
const MAX_ENCRYPTED_PER_SECOND = 50;

/** What a program may have by default without asking the system for more: 1,024 descriptors, some of them files. */
const DEFAULT_MAX_CONNECTIONS = 1000;
const DEFAULT_MAX_HALF_OPEN = 128;
const DEFAULT_MAX_PER_ADDRESS = 50;
const DEFAULT_MAX_PER_LOOPBACK_ADDRESS = 500;
const DEFAULT_HANDSHAKE_TIMEOUT_MS = 10_000;
/** Long enough not to spin when descriptors are used up, short enough not to be missed. */
const ACCEPT_RETRY_MS = 200;

/** All addresses of both families: where the system joins them in one socket the second bind is refused, and is right. */
function bind(options: ListenerOptions): readonly Deno.TcpListener[] {
  const { host, port } = options;
  if (host !== undefined && host !== "0.0.0.0" && host !== "::") return [Deno.listen({ hostname: host, port })];
  const v6 = bindIpv6(port);
  if (v6 === undefined) return [Deno.listen({ hostname: "0.0.0.0", port })];
  try {
    return [v6, Deno.listen({ hostname: "0.0.0.0", port: v6.addr.port })];
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return [v6];
    closeSocket(v6);
    throw error;
  }
}

/** Undefined on a machine without IPv6. */
function bindIpv6(port: number): Deno.TcpListener | undefined {
  try {
    return Deno.listen({ hostname: "::", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.PermissionDenied) throw error;
    if (!isNetworkError(error)) throw error;
    return undefined;
  }
}
