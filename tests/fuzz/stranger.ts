/**
 * A remote without a network: a socket whose other end says what a test scripts, and answers requests, truly or not.
 *
 * @module
 */
import { type Block, BLOCK_LENGTH } from "../../shared/geometry.ts";
import { type InfoHash, peerId } from "../../shared/ids.ts";
import type { Info } from "../../shared/metainfo.ts";
import { encodeExtensionHandshake } from "../../shared/wire/extension.ts";
import { FrameBuffer } from "../../shared/wire/frame_buffer.ts";
import type { Handshake } from "../../shared/wire/handshake.ts";
import { encodeMetadataMessage } from "../../shared/wire/metadata_message.ts";
import { encodePeerExchange } from "../../shared/wire/peer_exchange.ts";
import { decodePeerMessage, encodePeerMessage, type PeerMessage } from "../../shared/wire/peer_message.ts";
import type { PeerSocket } from "../../peer/net/connection.ts";

/** Gives the next bytes to say; undefined: it hangs up. Told of the blocks that it was asked for and has not sent. */
export type Script = (asked: Block[]) => Uint8Array | undefined;

/** The socket of a remote that follows a script: one word for each read, as fast as they come. */
export class ScriptedSocket implements PeerSocket {
  readonly #script: Script;
  readonly #frames = new FrameBuffer();
  readonly #asked: Block[] = [];
  #left = new Uint8Array();
  #isClosed = false;

  /** Says nothing before it is read. */
  constructor(script: Script) {
    this.#script = script;
  }

  /** The front of what the script says. */
  async read(into: Uint8Array): Promise<number | null> {
    // Everything that runs now shall have its turn before the next word comes.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#isClosed) throw new Deno.errors.BadResource("closed");
    while (this.#left.length === 0) {
      const next = this.#script(this.#asked);
      if (next === undefined) return null;
      this.#left = next.slice();
    }
    const part = this.#left.subarray(0, into.length);
    into.set(part);
    this.#left = this.#left.subarray(part.length);
    return part.length;
  }

  /** Takes everything, and notes what it is asked for. */
  write(bytes: Uint8Array): Promise<number> {
    const room = this.#frames.writable();
    const part = bytes.subarray(0, room.length);
    room.set(part);
    this.#frames.commit(part.length);
    for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) {
      const message = decodePeerMessage(frame);
      if (message.type !== "request") continue;
      this.#asked.push({ piece: message.piece, begin: message.begin, length: message.length });
    }
    return Promise.resolve(part.length);
  }

  /** Ends it. */
  close(): void {
    this.#isClosed = true;
  }

  /** There is no network. */
  setNoDelay(): void {}
}

/** What a stranger may be able to do. */
export type Features = Pick<Handshake, "supportsFast" | "supportsExtensions" | "supportsV2">;

/** The handshake of the stranger with this number. */
export function strangerHandshake(infoHash: InfoHash, number: number, features: Features): Handshake {
  const bytes = new Uint8Array(20);
  new DataView(bytes.buffer).setUint32(16, number);
  return { infoHash, peerId: peerId(bytes), supportsDht: false, ...features };
}

/** Every message with good, extreme and broken content, by name. */
export function allMessages(info: Info): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const add = (name: string, message: PeerMessage) => found.set(name, encodePeerMessage(message));
  const { pieceCount } = info.geometry;
  for (
    const type of ["keep-alive", "choke", "unchoke", "interested", "not-interested", "have-all", "have-none"] as const
  ) {
    add(type, { type });
  }
  for (const piece of [0, pieceCount - 1, pieceCount, 0xffff_ffff]) {
    for (const type of ["have", "suggest-piece", "allowed-fast"] as const) add(`${type} ${piece}`, { type, piece });
  }
  const fieldLength = Math.ceil(pieceCount / 8);
  for (const length of [0, fieldLength - 1, fieldLength, fieldLength + 1, 100_000]) {
    for (const fill of [0, 0x80, 0xff]) {
      add(`bitfield ${length} ${fill}`, { type: "bitfield", bytes: new Uint8Array(length).fill(fill) });
    }
  }
  const ranges: readonly Block[] = [
    { piece: 0, begin: 0, length: BLOCK_LENGTH },
    { piece: pieceCount - 1, begin: 0, length: 1 },
    { piece: 0, begin: 1, length: BLOCK_LENGTH - 1 },
    { piece: 0, begin: 0, length: 0 },
    { piece: 0, begin: 0, length: 131_072 },
    { piece: 0, begin: 0xffff_ffff, length: 0xffff_ffff },
    { piece: pieceCount, begin: 0, length: BLOCK_LENGTH },
  ];
  for (const [index, range] of ranges.entries()) {
    for (const type of ["request", "cancel", "reject-request"] as const) add(`${type} ${index}`, { type, ...range });
  }
  for (const length of [0, 1, BLOCK_LENGTH, BLOCK_LENGTH + 1, 100_000]) {
    add(`piece of ${length} bytes`, { type: "piece", piece: 0, begin: 0, data: new Uint8Array(length) });
  }
  add("piece beyond", { type: "piece", piece: 0xffff_ffff, begin: 0xffff_ffff, data: new Uint8Array(3) });
  add("port", { type: "port", port: 0 });
  addHashes(info, add);
  addExtended(info, add);
  for (let id = 0; id < 32; id++) {
    for (const length of [0, 1, 3]) {
      found.set(`id ${id} with ${length} bytes`, frame(id, new Uint8Array(length).fill(255)));
    }
  }
  found.set("a frame of 4 GiB", Uint8Array.of(255, 255, 255, 255, 7));
  found.set("half a frame", Uint8Array.of(0, 0, 0, 13, 6, 0, 0));
  return found;
}

type Add = (name: string, message: PeerMessage) => void;

function addHashes(info: Info, add: Add): void {
  const piecesRoot = info.files[0]?.piecesRoot ?? new Uint8Array(32);
  const ranges = [
    { piecesRoot, baseLayer: 0, index: 0, length: 4, proofLayers: 3 },
    { piecesRoot, baseLayer: 2, index: 0, length: 8, proofLayers: 0 },
    { piecesRoot, baseLayer: 0, index: 0xffff_fffc, length: 4, proofLayers: 30 },
    { piecesRoot: new Uint8Array(32).fill(9), baseLayer: 0, index: 0, length: 512, proofLayers: 0 },
    { piecesRoot, baseLayer: 0xffff_ffff, index: 1, length: 3, proofLayers: 0xffff_ffff },
  ];
  for (const [index, range] of ranges.entries()) {
    for (const type of ["hash-request", "hash-reject"] as const) add(`${type} ${index}`, { type, ...range });
    for (const count of [0, 4, 5]) {
      add(`hashes ${index} with ${count}`, { type: "hashes", ...range, hashes: new Uint8Array(count * 32) });
    }
  }
}

function addExtended(info: Info, add: Add): void {
  const handshake = encodeExtensionHandshake({
    extensions: new Map([["ut_metadata", 3], ["ut_pex", 4]]),
    clientVersion: "Stranger",
    listenPort: 7000,
    requestQueueLength: 10,
    metadataLength: info.infoBytes.length,
    isUploadOnly: true,
  });
  const metadata = (message: Parameters<typeof encodeMetadataMessage>[0]) => encodeMetadataMessage(message);
  const totalLength = info.infoBytes.length;
  const payloads: Readonly<Record<string, readonly [number, Uint8Array]>> = {
    "extension handshake": [0, handshake],
    "metadata request": [1, metadata({ type: "request", piece: 0 })],
    "metadata request far out": [1, metadata({ type: "request", piece: 0x7fff_ffff })],
    "metadata, right": [1, metadata({ type: "data", piece: 0, totalLength, data: info.infoBytes })],
    "metadata, wrong": [1, metadata({ type: "data", piece: 0, totalLength, data: new Uint8Array(totalLength) })],
    "metadata reject": [1, metadata({ type: "reject", piece: 0 })],
    "peer exchange": [2, encodePeerExchange({ added: [], dropped: [] })],
    "extension of nobody": [99, new Uint8Array(10)],
  };
  for (const [name, [id, payload]] of Object.entries(payloads)) add(name, { type: "extended", id, payload });
  for (const id of [0, 1, 2]) {
    add(`extended ${id}, garbage`, { type: "extended", id, payload: new TextEncoder().encode("d1:md11:ut_meta") });
  }
}

function frame(id: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(5 + payload.length);
  new DataView(bytes.buffer).setUint32(0, 1 + payload.length);
  bytes[4] = id;
  bytes.set(payload, 5);
  return bytes;
}
