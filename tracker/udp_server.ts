/**
 * The UDP tracker (BEP 15, 41): one datagram in, at most one out. Invariant: a datagram without a valid connection id
 * never gets an answer longer than itself, so a forged source address gains nothing.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { ProtocolError } from "../shared/protocol_error.ts";
import {
  decodeUdpRequest,
  encodeUdpResponse,
  type UdpAnnounceRequest,
  type UdpRequest,
  type UdpResponse,
  type UdpScrapeRequest,
} from "../shared/wire/udp_tracker.ts";
import type { AccessKey } from "./access_key.ts";
import { type AnnounceDesk, sourceHost } from "./announce_desk.ts";
import type { AnswerTimes } from "./answer_times.ts";
import type { ConnectionIds } from "./connection_id.ts";
import { packPeers } from "./given_peer.ts";

/** Longer than any request: the longest scrape has 1,496 bytes, an announce 98 and a path of BEP 41. */
const MAX_DATAGRAM_LENGTH = 2048;

/** Peers in an answer over IPv6: 20 + 18 × 67 bytes fit in the smallest packet it guarantees (1,280, RFC 8200). */
const MAX_IPV6_PEERS = 67;

/** So many failed reads in a row mean a broken socket, not an unlucky datagram: trying on would only burn the processor. */
const MAX_FAILURES = 100;

/** What is said before the desk has a say. Short: the first is only sent where it is no longer than the question. */
const REASONS = {
  "no-connection-id": "Connection id is over",
  "no-key": "This tracker asks for a key",
} as const;

const logger = getLogger(["playswarm", "tracker", "udp"]);

/** What a {@link UdpServer} is made of. */
export interface UdpServerOptions {
  readonly desk: AnnounceDesk;
  readonly key: AccessKey;
  readonly connectionIds: ConnectionIds;
  /** Now in milliseconds, on the clock of the connection ids. */
  readonly now: () => number;
  /** Measures how long answers take. */
  readonly times?: AnswerTimes;
}

/** Where a datagram came from. */
interface Source {
  readonly host: string;
  readonly family: 4 | 6;
}

/** Answers the datagrams of one or more sockets until it is disposed of. */
export class UdpServer implements AsyncDisposable {
  readonly #sockets: readonly Deno.DatagramConn[];
  readonly #options: UdpServerOptions;
  readonly #loops: readonly Promise<void>[];
  #isClosed = false;

  /**
   * Begins to serve.
   *
   * @param sockets belong to the server from now on
   */
  constructor(sockets: readonly Deno.DatagramConn[], options: UdpServerOptions) {
    this.#sockets = sockets;
    this.#options = options;
    this.#loops = sockets.map((socket) => this.#serve(socket));
  }

  /** Closes the sockets, and waits until their last answers are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.close();
    await Promise.all(this.#loops);
  }

  /**
   * The answer to one datagram.
   *
   * @param bytes read during the call only
   * @returns undefined where silence is the answer: to what is no request, and to whoever has no valid id and sent
   * less than a refusal takes
   */
  answer(bytes: Uint8Array, hostname: string): Uint8Array | undefined {
    const request = readRequest(bytes);
    if (request === undefined) {
      this.#options.desk.countRefused("udp", "malformed");
      return undefined;
    }
    const host = sourceHost(hostname);
    const source: Source = { host, family: host.includes(":") ? 6 : 4 };
    const { connectionIds, now } = this.#options;
    if (request.type === "connect") {
      const connectionId = connectionIds.issue(host, now());
      return encodeUdpResponse({ type: "connect", transactionId: request.transactionId, connectionId }, source);
    }
    if (!connectionIds.isValid(request.connectionId, { host, nowMs: now() })) {
      // Said aloud so that a client with an id of before our restart connects anew at once, and does not time out.
      const refusal = encodeUdpResponse(this.#refuse(request, "no-connection-id"), source);
      return refusal.length <= bytes.length ? refusal : undefined;
    }
    return request.type === "announce"
      ? this.#announce(request, source)
      : encodeUdpResponse(this.#scrape(request, host), source);
  }

  #announce(request: UdpAnnounceRequest, source: Source): Uint8Array {
    const { desk, key } = this.#options;
    if (key.strip(request.path ?? "/") === undefined) {
      return encodeUdpResponse(this.#refuse(request, "no-key"), source);
    }
    const { host, family } = source;
    const limit = family === 6 ? { maxPeerCount: MAX_IPV6_PEERS } : {};
    const result = desk.announce({ announce: request, host, family, ...limit }, "udp");
    if (result.type === "refused") return encodeUdpResponse(errorOf(request, result.refusal.reason), source);
    const { response } = result;
    const compactPeers = packPeers(response.peers, family);
    return encodeUdpResponse({ ...response, type: "announce", transactionId: request.transactionId }, {
      family,
      compactPeers,
    });
  }

  #scrape(request: UdpScrapeRequest, host: string): UdpResponse {
    const { desk, key } = this.#options;
    // A scrape has no room for a path (BEP 41), hence none for a key.
    if (!key.isOpen) return this.#refuse(request, "no-key");
    const refusal = desk.admit(host, "udp");
    if (refusal !== undefined) return errorOf(request, refusal.reason);
    const swarms = desk.scrape(request.infoHashes, "udp");
    return { type: "scrape", transactionId: request.transactionId, swarms };
  }

  #refuse(request: UdpRequest, code: keyof typeof REASONS): UdpResponse {
    this.#options.desk.countRefused("udp", code);
    return errorOf(request, REASONS[code]);
  }

  async #serve(socket: Deno.DatagramConn): Promise<void> {
    const buffer = new Uint8Array(MAX_DATAGRAM_LENGTH);
    let failureCount = 0;
    while (failureCount < MAX_FAILURES && !this.#isClosed) {
      const received = await this.#receive(socket, buffer);
      failureCount = received === undefined ? failureCount + 1 : 0;
      const [bytes, address] = received ?? [];
      if (bytes === undefined || address?.transport !== "udp") continue;
      const begun = this.#options.times?.begin() ?? NaN;
      const answer = this.answer(bytes, address.hostname);
      this.#options.times?.end(begun);
      if (answer !== undefined) await this.#send(socket, answer, address);
    }
    if (!this.#isClosed) logger.error("The UDP socket is broken; announces over HTTP still work");
  }

  async #receive(socket: Deno.DatagramConn, buffer: Uint8Array): Promise<[Uint8Array, Deno.Addr] | undefined> {
    try {
      return await socket.receive(buffer);
    } catch (error) {
      // Closing ends the last read so. Windows also reports here that an earlier answer found its port closed.
      if (!(error instanceof Error)) throw error;
      if (!this.#isClosed) logger.warn("Cannot receive a datagram: {error}", { error });
      return undefined;
    }
  }

  async #send(socket: Deno.DatagramConn, bytes: Uint8Array, address: Deno.NetAddr): Promise<void> {
    try {
      await socket.send(bytes, address);
    } catch (error) {
      // Whatever the system has against this address (port 0, no route, a firewall) is not our socket's fault.
      if (!(error instanceof Error)) throw error;
      if (!this.#isClosed) logger.debug("Cannot answer {address}: {error}", { address, error });
    }
  }
}

function errorOf({ transactionId }: UdpRequest, message: string): UdpResponse {
  return { type: "error", transactionId, message };
}

function readRequest(bytes: Uint8Array): UdpRequest | undefined {
  try {
    return decodeUdpRequest(bytes);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
