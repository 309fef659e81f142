/**
 * For tests: small trackers on loopback, built on the codecs, that record what they are asked and answer as told.
 * @module
 */

import { type InfoHash, parseInfoHash } from "../../shared/ids.ts";
import type { Announce, AnnounceResponse } from "../../shared/wire/announce.ts";
import { encodeAnnounceResponse } from "../../shared/wire/http_tracker_answer.ts";
import { decodeAnnounceQuery } from "../../shared/wire/http_tracker_query.ts";
import {
  decodeUdpRequest,
  encodeUdpResponse,
  type UdpAnnounceRequest,
  type UdpRequest,
  type UdpResponse,
} from "../../shared/wire/udp_tracker.ts";
import { ourPeerId, someInfoHash } from "./connected_pair.ts";
import { closeSocket } from "./socket.ts";

/** An announce with nothing special in it. */
export const someAnnounce: Announce = {
  infoHash: someInfoHash,
  peerId: ourPeerId,
  port: 6881,
  uploaded: 1,
  downloaded: 2,
  left: 3,
  event: "started",
  key: 77,
};

/** An answer with one peer. */
export const someResponse: AnnounceResponse = {
  intervalSeconds: 60,
  seederCount: 1,
  leecherCount: 2,
  peers: [{ host: "127.0.0.1", port: 7000 }],
};

/** The identity a torrent of a test has by its number. */
export function infoHashOf(number: number): InfoHash {
  return parseInfoHash(number.toString(16).padStart(40, "0"));
}

/** What a {@link UdpTestTracker} answers with; undefined: nothing. */
export type UdpAnswer = (request: UdpRequest) => UdpResponse | undefined;

/** A UDP tracker (BEP 15). */
export class UdpTestTracker implements AsyncDisposable {
  /** All requests, in order. */
  readonly requests: UdpRequest[] = [];
  /** The port it listens on. */
  readonly port: number;
  readonly #socket: Deno.DatagramConn;
  readonly #loop: Promise<void>;
  readonly #answer: UdpAnswer;
  readonly #hostname: string;
  #changed = Promise.withResolvers<void>();

  /** Answers by `answer`; the default is the protocol as it should be. */
  constructor(answer: UdpAnswer = politely, { hostname = "127.0.0.1", port = 0 } = {}) {
    this.#answer = answer;
    this.#hostname = hostname;
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port });
    const { addr } = this.#socket;
    if (addr.transport !== "udp") throw new TypeError("Cannot listen on anything but UDP");
    this.port = addr.port;
    this.#loop = this.#serve();
  }

  /** Its announce address. */
  get url(): string {
    const host = this.#hostname.includes(":") ? `[${this.#hostname}]` : this.#hostname;
    return `udp://${host}:${this.port}/announce`;
  }

  /** The announces among the requests. */
  get announces(): UdpAnnounceRequest[] {
    return this.requests.filter((request) => request.type === "announce");
  }

  /** Waits until the requests are as wanted. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }

  /** Sends any bytes to a client, as if they were an answer. */
  async send(bytes: Uint8Array, to: Deno.Addr): Promise<void> {
    await this.#socket.send(bytes, to);
  }

  async #serve(): Promise<void> {
    try {
      for await (const [bytes, address] of this.#socket) {
        const request = decodeUdpRequest(bytes);
        this.requests.push(request);
        const response = this.#answer(request);
        const family = this.#hostname.includes(":") ? 6 : 4;
        if (response !== undefined) await this.#socket.send(encodeUdpResponse(response, { family }), address);
        this.#changed.resolve();
        this.#changed = Promise.withResolvers();
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  /** Closes the socket. */
  async [Symbol.asyncDispose](): Promise<void> {
    closeSocket(this.#socket);
    await this.#loop;
  }
}

/** A connection id for everybody, and {@link someResponse} for every announce. */
export function politely(request: UdpRequest): UdpResponse {
  const { transactionId } = request;
  switch (request.type) {
    case "connect":
      return { type: "connect", transactionId, connectionId: 42n };
    case "announce":
      return { type: "announce", transactionId, ...someResponse };
    case "scrape":
      return {
        type: "scrape",
        transactionId,
        swarms: request.infoHashes.map((_, index) => ({ seederCount: index, completedCount: 5, leecherCount: 6 })),
      };
  }
}

/** An HTTP tracker (BEP 3). */
export class HttpTestTracker implements AsyncDisposable {
  /** Paths and queries of all requests, in order. */
  readonly requests: URL[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** Answers by `answer`; the default is {@link someResponse}. */
  constructor(
    answer: (url: URL) => Response | Promise<Response> = () => bencoded(someResponse),
    { port = 0 } = {},
  ) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => {
      const url = new URL(request.url);
      this.requests.push(url);
      return answer(url);
    });
  }

  /** Where it listens: `127.0.0.1:port`. */
  get authority(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  /** Its announce address. */
  get url(): string {
    return `http://${this.authority}/announce`;
  }

  /** What was announced, in order. */
  get announces(): Announce[] {
    return this.requests.map(({ search }) => decodeAnnounceQuery(search.slice(1)).announce);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** The HTTP response that carries an announce response. */
export function bencoded(response: AnnounceResponse): Response {
  return new Response(encodeAnnounceResponse(response, { isCompact: true }).slice());
}
