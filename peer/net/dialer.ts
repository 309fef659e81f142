/**
 * Opens connections: TCP, our handshake, theirs, and the checks on it (BEP 3; the upgrade of BEP 52). A remote that hangs
 * up on a handshake that everybody can read is tried once more with encryption, which some insist on. Invariant: it
 * gives a connection to the torrent that was asked for, or none and a closed socket.
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../../shared/ids.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { encodeHandshake, type Handshake } from "../../shared/wire/handshake.ts";
import { type ConnectionOptions, PeerConnection, type PeerSocket } from "./connection.ts";
import { closeOnAbort, Deadline } from "./deadline.ts";
import { openEncryption } from "./encryption.ts";
import { readHandshake } from "./handshake_exchange.ts";
import { closeSocket, isNetworkError, writeAll } from "./socket.ts";

/** What {@link dial} needs. */
export interface DialOptions extends ConnectionOptions {
  /** The torrent; of a hybrid, its v1 info-hash. */
  readonly infoHash: InfoHash;
  /** The truncated v2 info-hash of a hybrid: it is offered by a bit, and an answer with it is right (BEP 52). */
  readonly upgradeInfoHash?: InfoHash | undefined;
  /** Ours. */
  readonly peerId: PeerId;
  /** Whether we have a DHT node. Default false. */
  readonly supportsDht?: boolean | undefined;
  /** Milliseconds for all of it. Default 10,000: what a far peer needs three times over, with one lost packet. */
  readonly timeoutMs?: number | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** The address could not be reached, or the network failed before the handshake was done; see `cause`. */
export class DialFailure extends Error {
  /** Which address. */
  readonly endpoint: Endpoint;

  /** Wraps what the operating system said. */
  constructor(endpoint: Endpoint, cause: Error) {
    super(`Cannot connect to ${formatEndpoint(endpoint)}: ${cause.message}`, { cause });
    this.name = "DialFailure";
    this.endpoint = endpoint;
  }
}

/**
 * Connects to a peer and shakes hands. The caller owns the connection.
 *
 * Throws `DialFailure` when the address cannot be reached; `ProtocolError` "timeout" when it took too long, "malformed"
 * for something that is no BitTorrent, "unexpected" when the remote closed, both times (most do when they do not have the
 * torrent), "wrong-torrent" when it answers with another one, "self" when it is us; and the signal's reason when that
 * aborts.
 */
export async function dial(endpoint: Endpoint, options: DialOptions): Promise<PeerConnection> {
  using deadline = new Deadline({
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    what: `a handshake from ${formatEndpoint(endpoint)}`,
    signal: options.signal,
    clock: options.clock,
  });
  try {
    const attempt = { ...options, endpoint, deadline };
    return await connect(attempt, "plain") ?? await connect(attempt, "encrypted");
  } catch (error) {
    if (deadline.signal.aborted) throw deadline.signal.reason;
    if (isNetworkError(error)) throw new DialFailure(endpoint, error);
    throw error;
  }
}

const DEFAULT_TIMEOUT_MS = 10_000;

interface Attempt extends DialOptions {
  readonly endpoint: Endpoint;
  readonly deadline: Deadline;
}

/** One attempt. Undefined: the remote hung up on a plain handshake. */
async function connect(attempt: Attempt, how: "encrypted"): Promise<PeerConnection>;
async function connect(attempt: Attempt, how: "plain"): Promise<PeerConnection | undefined>;
async function connect(attempt: Attempt, how: "plain" | "encrypted"): Promise<PeerConnection | undefined> {
  const { endpoint, deadline } = attempt;
  deadline.signal.throwIfAborted();
  const tcp = await Deno.connect({ hostname: endpoint.host, port: endpoint.port, signal: deadline.signal });
  try {
    using _closing = closeOnAbort(deadline.signal, () => closeSocket(tcp));
    const socket = await greet(tcp, attempt, how);
    const handshake = await readHandshake(socket);
    checkHandshake(handshake, attempt);
    deadline.signal.throwIfAborted();
    return new PeerConnection({ socket, endpoint, isOutgoing: true, handshake }, attempt);
  } catch (error) {
    closeSocket(tcp);
    if (how === "plain" && isHangUp(error) && !deadline.signal.aborted) return undefined;
    throw error;
  }
}

/** Sends our handshake; gives the socket that theirs is read from. */
async function greet(tcp: Deno.TcpConn, attempt: Attempt, how: "plain" | "encrypted"): Promise<PeerSocket> {
  const payload = encodeHandshake(ourHandshake(attempt));
  if (how === "encrypted") return await openEncryption(tcp, { infoHash: attempt.infoHash, payload });
  await writeAll(tcp, payload);
  return tcp;
}

function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof ProtocolError && error.code === "unexpected";
}

function ourHandshake(options: DialOptions): Handshake {
  return {
    infoHash: options.infoHash,
    peerId: options.peerId,
    supportsFast: true,
    supportsExtensions: true,
    supportsDht: options.supportsDht ?? false,
    supportsV2: options.upgradeInfoHash !== undefined,
  };
}

function checkHandshake(theirs: Handshake, options: DialOptions): void {
  if (theirs.infoHash !== options.infoHash && theirs.infoHash !== options.upgradeInfoHash) {
    throw new ProtocolError(
      "wrong-torrent",
      `Cannot speak about ${options.infoHash} with a remote that answers for ${theirs.infoHash}`,
    );
  }
  if (theirs.peerId === options.peerId) {
    throw new ProtocolError("self", "Cannot use ourselves as a peer");
  }
}
