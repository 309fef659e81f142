/**
 * The tracker's public port: one number for UDP and TCP, on IPv4 and IPv6 wherever the system has both.
 *
 * @module
 */
import { encodeAddress } from "../shared/endpoint.ts";
import { addressWords } from "./address_words.ts";
import { BatchSocket } from "./datagram_batches.ts";
import type { DatagramSocket } from "./udp_server.ts";

/** Both protocols may hardly be busy on so many random ports in turn. */
const MAX_ATTEMPTS = 50;

/** What stands for every address; on most systems it takes IPv4 along. */
const EVERYWHERE = "::";
const EVERYWHERE_IPV4 = "0.0.0.0";

/** How long an answer that is under way may still take when the server stops. */
const DRAIN_MS = 2000;

/** Answers an HTTP request from this address. */
export type HttpHandler = (request: Request, origin: { readonly hostname: string }) => Response | Promise<Response>;

/** What {@link PublicPort} is opened with. */
export interface PublicPortOptions {
  /** An address or name to bind; `::` is everything. */
  readonly host: string;
  /** 0 for any that is free for both protocols. */
  readonly port: number;
  readonly handler: HttpHandler;
}

/** Open sockets of both protocols on one port number. */
export class PublicPort implements AsyncDisposable {
  /** The number. */
  readonly port: number;
  /** Whoever reads them closes them. */
  readonly datagrams: readonly DatagramSocket[];
  readonly #servers: readonly HttpSocket[];

  private constructor(datagrams: readonly DatagramSocket[], servers: readonly HttpSocket[], port: number) {
    this.port = port;
    this.datagrams = datagrams;
    this.#servers = servers;
  }

  /**
   * Binds UDP and TCP.
   *
   * @throws {Deno.errors.AddrInUse} when the port is taken; its message names the port
   */
  static open(options: PublicPortOptions): PublicPort {
    for (let attempt = 1;; attempt++) {
      const datagrams = bindEach(options, listenDatagram);
      const port = boundPort(datagrams[0]) ?? options.port;
      try {
        const servers = bindEach(
          { host: options.host, port },
          (hostname) => new HttpSocket(hostname, port, options.handler),
        );
        return new PublicPort(datagrams, servers, port);
      } catch (error) {
        for (const socket of datagrams) socket.close();
        // A port that the system chose for UDP may be busy on TCP: then another one is as good.
        const isWorthAnother = error instanceof Deno.errors.AddrInUse && options.port === 0;
        if (!isWorthAnother || attempt >= MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** Stops taking requests, and gives those under way a moment. The datagram sockets belong to whoever reads them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

/**
 * One listening TCP socket with its server. Deno's two ways to stop do not combine: aborting a server that is shutting
 * down throws where nobody can catch it (2.9), so the wait is bounded instead.
 */
class HttpSocket implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(hostname: string, port: number, handler: HttpHandler) {
    this.#server = Deno.serve(
      { hostname, port, onListen: () => {} },
      (request, info) => handler(request, info.remoteAddr),
    );
  }

  /** Closes the socket at once, and waits for answers under way. Whoever does not read its answer ends with us. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { promise: deadline, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, DRAIN_MS);
    await Promise.race([this.#server.shutdown(), deadline]);
    clearTimeout(timer);
  }
}

/** Binds one socket, or for everything as many as it takes; all on the port that the first one got. */
function bindEach<Socket>(
  options: { readonly host: string; readonly port: number },
  bind: (hostname: string, port: number) => Socket,
): readonly Socket[] {
  if (options.host !== EVERYWHERE) return [bindOne(options.host, options.port, bind)];
  const first = bindIfSupported(EVERYWHERE, options.port, bind);
  if (first === undefined) return [bindOne(EVERYWHERE_IPV4, options.port, bind)];
  const second = bindUnlessTaken(EVERYWHERE_IPV4, boundPort(first) ?? options.port, bind);
  return second === undefined ? [first] : [first, second];
}

function bindOne<Socket>(hostname: string, port: number, bind: (hostname: string, port: number) => Socket): Socket {
  try {
    return bind(hostname, port);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Deno.errors.AddrInUse(`Cannot listen on port ${port}: another program uses it`, { cause: error });
  }
}

/** undefined where the system has no IPv6, which systems say in several ways. */
function bindIfSupported<Socket>(
  hostname: string,
  port: number,
  bind: (hostname: string, port: number) => Socket,
): Socket | undefined {
  try {
    return bindOne(hostname, port, bind);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse || !(error instanceof Error)) throw error;
    return undefined;
  }
}

/** undefined when the IPv6 socket has taken IPv4 along, as it does unless the system is told otherwise. */
function bindUnlessTaken<Socket>(
  hostname: string,
  port: number,
  bind: (hostname: string, port: number) => Socket,
): Socket | undefined {
  try {
    return bind(hostname, port);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}

function listenDatagram(hostname: string, port: number): DatagramSocket {
  const isAddress = encodeAddress(hostname) !== undefined;
  const socket = isAddress ? BatchSocket.bind(addressWords(hostname), port) : undefined;
  return socket ?? Deno.listenDatagram({ transport: "udp", hostname, port });
}

/** The port that a socket got; undefined for a server, which was told its port. */
export function boundPort(socket: unknown): number | undefined {
  if (socket instanceof BatchSocket) return socket.port;
  if (typeof socket !== "object" || socket === null || !("addr" in socket)) return undefined;
  const { addr } = socket;
  const port = typeof addr === "object" && addr !== null && "port" in addr ? addr.port : undefined;
  return typeof port === "number" ? port : undefined;
}
