/**
 * Every decoder of `shared/` and `shared/wire/` against random and mutated bytes: each input gives a value or the one
 * error that its decoder declares. `PLAYSWARM_FUZZ_RUNS` raises the inputs per decoder (10000000 for a long night),
 * `PLAYSWARM_FUZZ_SEED` chooses others; a failure prints its input.
 *
 * @module
 */

import {
  announce,
  blocks,
  exchange,
  geometry,
  messages,
  metainfo,
  response,
  scraped,
  tree,
  utf8,
  v1Info,
} from "./codec_samples.ts";
import { type Decoder, fuzz } from "./fuzz.ts";
import { BencodeSyntaxError, decodeBencode, decodeBencodePrefix } from "../../shared/bencode.ts";
import { Bitfield } from "../../shared/bitfield.ts";
import { decodeAddress, encodeAddress, EndpointSyntaxError, parseEndpoint } from "../../shared/endpoint.ts";
import { clientName, IdSyntaxError, parseInfoHash, peerId } from "../../shared/ids.ts";
import { MagnetSyntaxError, parseMagnet } from "../../shared/magnet.ts";
import { mediaKind, mediaKindByName } from "../../shared/media_kind.ts";
import { buildHashes, verifyHashes } from "../../shared/hash_proof.ts";
import { decodeInfo, decodeMetainfo, encodeMetainfo } from "../../shared/metainfo.ts";
import { MetainfoSyntaxError } from "../../shared/metainfo_fields.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { safePathSegment } from "../../shared/safe_name.ts";
import { TrackerRefusal } from "../../shared/wire/announce.ts";
import { decodeCompactPeers } from "../../shared/wire/compact_peers.ts";
import {
  acceptEncryption,
  type EncryptionHandshake,
  initiateEncryption,
} from "../../shared/wire/encryption_handshake.ts";
import { decodeExtensionHandshake, encodeExtensionHandshake } from "../../shared/wire/extension.ts";
import { FrameBuffer } from "../../shared/wire/frame_buffer.ts";
import { decodeHandshake, encodeHandshake } from "../../shared/wire/handshake.ts";
import {
  decodeAnnounceResponse,
  decodeScrapeResponse,
  encodeAnnounceResponse,
  encodeFailure,
  encodeScrapeResponse,
} from "../../shared/wire/http_tracker_answer.ts";
import {
  decodeAnnounceQuery,
  decodeScrapeQuery,
  encodeAnnounceQuery,
  encodeScrapeQuery,
} from "../../shared/wire/http_tracker_query.ts";
import { publicKeyOf } from "../../shared/wire/key_exchange.ts";
import { decodeLanAnnounce, encodeLanAnnounce, LAN_GROUPS } from "../../shared/wire/lan_announce.ts";
import { decodeMetadataMessage, encodeMetadataMessage } from "../../shared/wire/metadata_message.ts";
import { decodePeerExchange, encodePeerExchange } from "../../shared/wire/peer_exchange.ts";
import { decodePeerMessage, encodePeerMessage } from "../../shared/wire/peer_message.ts";
import { percentDecode } from "../../shared/wire/percent_encoding.ts";
import {
  decodeUdpRequest,
  decodeUdpResponse,
  encodeUdpRequest,
  encodeUdpResponse,
} from "../../shared/wire/udp_tracker.ts";

const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes.subarray(0, 8192));
const lossyText = new TextDecoder();
const textOf = (bytes: Uint8Array) => lossyText.decode(bytes);

const wireDecoders: readonly Decoder[] = [
  {
    name: "handshake",
    samples: [encodeHandshake({
      ...announce,
      supportsFast: true,
      supportsExtensions: true,
      supportsDht: false,
      supportsV2: true,
    })],
    decode: decodeHandshake,
    declared: [ProtocolError],
  },
  {
    name: "peer message",
    samples: messages.map((message) => encodePeerMessage(message).subarray(4)),
    decode: decodePeerMessage,
    declared: [ProtocolError],
  },
  {
    name: "peer message, judged",
    samples: messages.map((message) => encodePeerMessage(message).subarray(4)),
    decode: judgePeerMessage,
    declared: [ProtocolError],
    divisor: 4,
  },
  {
    name: "frames",
    samples: [Uint8Array.from(messages.flatMap((message) => [...encodePeerMessage(message)]))],
    decode: takeFrames,
    declared: [ProtocolError],
    divisor: 2,
  },
  {
    name: "encryption handshake",
    // A key, padding, and what may follow; the other role is given the same.
    samples: [Uint8Array.from([...publicKeyOf(Uint8Array.of(9, 9, 9)), ...new Uint8Array(700).fill(5)])],
    decode: (bytes) => {
      const random = { privateKey: Uint8Array.of(7, 7, 7), padding: new Uint8Array() };
      hear(acceptEncryption({ ...random, find: () => announce.infoHash }), bytes);
      hear(initiateEncryption({ ...random, infoHash: announce.infoHash, payload: bytes.subarray(0, 68) }), bytes);
    },
    declared: [ProtocolError],
    divisor: 20,
  },
  {
    name: "extension handshake",
    samples: [encodeExtensionHandshake({
      extensions: new Map([["ut_metadata", 1], ["ut_pex", 2]]),
      clientVersion: "Playswarm 0.1.0",
      listenPort: 6881,
      requestQueueLength: 500,
      metadataLength: 31_235,
      yourAddress: "10.0.0.1",
      isUploadOnly: true,
    })],
    decode: decodeExtensionHandshake,
    declared: [ProtocolError],
  },
  {
    name: "metadata message",
    samples: [
      encodeMetadataMessage({ type: "request", piece: 1 }),
      encodeMetadataMessage({ type: "data", piece: 0, totalLength: 30, data: new Uint8Array(30) }),
      encodeMetadataMessage({ type: "reject", piece: 0 }),
    ],
    decode: decodeMetadataMessage,
    declared: [ProtocolError],
  },
  {
    name: "peer exchange",
    samples: [encodePeerExchange({ added: exchange, dropped: exchange })],
    decode: decodePeerExchange,
    declared: [ProtocolError],
  },
  {
    name: "announce to the local network",
    samples: [
      encodeLanAnnounce({ port: 6881, infoHashes: [announce.infoHash], cookie: "me" }, { group: LAN_GROUPS[4] }),
    ],
    decode: decodeLanAnnounce,
    declared: [ProtocolError],
  },
  {
    name: "compact peers",
    samples: [new Uint8Array(36)],
    decode: (bytes) => [decodeCompactPeers(bytes, 4), decodeCompactPeers(bytes, 6)],
    declared: [ProtocolError],
  },
  {
    name: "UDP request",
    samples: [
      encodeUdpRequest({ type: "connect", transactionId: 5 }),
      encodeUdpRequest({ type: "announce", connectionId: 9n, transactionId: 5, path: "/key/announce", ...announce }),
      encodeUdpRequest({ type: "scrape", connectionId: 9n, transactionId: 5, infoHashes: [announce.infoHash] }),
    ],
    decode: decodeUdpRequest,
    declared: [ProtocolError],
  },
  {
    name: "UDP response",
    samples: [
      encodeUdpResponse({ type: "connect", transactionId: 5, connectionId: 9n }, { family: 4 }),
      encodeUdpResponse({ type: "announce", transactionId: 5, ...response }, { family: 6 }),
      encodeUdpResponse({ type: "scrape", transactionId: 5, swarms: [scraped] }, { family: 4 }),
      encodeUdpResponse({ type: "error", transactionId: 5, message: "no" }, { family: 4 }),
    ],
    decode: (bytes) => decodeUdpResponse(bytes, { family: (bytes.length & 1) === 0 ? 6 : 4 }),
    declared: [ProtocolError],
  },
  {
    name: "announce query",
    samples: [utf8(encodeAnnounceQuery(announce, { isCompact: true, noPeerId: true }))],
    decode: (bytes) => decodeAnnounceQuery(latin1(bytes)),
    declared: [ProtocolError],
    divisor: 4,
  },
  {
    name: "announce response",
    samples: [
      encodeAnnounceResponse(response, { isCompact: true }),
      encodeAnnounceResponse(response, { isCompact: false }),
      encodeFailure("overloaded", 300),
      encodeFailure("no tracker", Infinity),
    ],
    decode: decodeAnnounceResponse,
    declared: [ProtocolError, TrackerRefusal],
    divisor: 2,
  },
  {
    name: "scrape query",
    samples: [utf8(encodeScrapeQuery([announce.infoHash, announce.infoHash]))],
    decode: (bytes) => decodeScrapeQuery(latin1(bytes)),
    declared: [ProtocolError],
    divisor: 2,
  },
  {
    name: "scrape response",
    samples: [encodeScrapeResponse([{ infoHash: announce.infoHash, ...scraped }]), encodeFailure("no")],
    decode: decodeScrapeResponse,
    declared: [ProtocolError, TrackerRefusal],
  },
  {
    name: "percent encoding",
    samples: [utf8("%12%34a+b%zz%")],
    decode: (bytes) => percentDecode(textOf(bytes)),
    declared: [],
    divisor: 2,
  },
];

const formatDecoders: readonly Decoder[] = [
  {
    name: "bencode",
    samples: [encodeMetainfo(metainfo).subarray(0, 400), utf8("d1:ali1ei-2e0:e1:bd1:c3:xyzee"), utf8(v1Info)],
    decode: decodeBencode,
    declared: [BencodeSyntaxError],
  },
  {
    name: "bencode prefix",
    samples: [utf8("d8:msg_typei1e5:piecei0eexxxx"), utf8("i-42e")],
    decode: decodeBencodePrefix,
    declared: [BencodeSyntaxError],
  },
  {
    name: "info dictionary",
    samples: [metainfo.info.infoBytes, utf8(v1Info)],
    decode: decodeInfo,
    declared: [MetainfoSyntaxError],
    divisor: 8,
  },
  {
    name: "torrent file",
    samples: [encodeMetainfo(metainfo), utf8(`d8:announce9:udp://x:14:info${v1Info}e`)],
    decode: decodeMetainfo,
    declared: [MetainfoSyntaxError],
    divisor: 8,
  },
  {
    name: "magnet",
    samples: [
      utf8(`magnet:?xt=urn:btih:${announce.infoHash}&dn=a+film&tr=udp%3A%2F%2Fx%3A1&x.pe=[::1]:5&so=0,2-4&xl=7`),
      utf8(`magnet:?xt=urn:btmh:1220${"ab".repeat(32)}&xt=urn:btih:${"a2".repeat(16)}`),
    ],
    decode: (bytes) => parseMagnet(textOf(bytes)),
    declared: [MagnetSyntaxError],
    divisor: 8,
  },
  {
    name: "endpoint and address",
    samples: [utf8("10.0.0.1:6881"), utf8("[2001:db8::1]:80"), utf8("example.org:1"), utf8("::ffff:1.2.3.4")],
    decode: (bytes) => {
      const text = textOf(bytes);
      const address = encodeAddress(text);
      if (address !== undefined) decodeAddress(address);
      return parseEndpoint(text, { defaultPort: 1 });
    },
    declared: [EndpointSyntaxError],
    divisor: 2,
  },
  {
    name: "info-hash",
    samples: [utf8(announce.infoHash)],
    decode: (bytes) => parseInfoHash(textOf(bytes)),
    declared: [IdSyntaxError],
  },
  {
    name: "client name",
    samples: [utf8("-qB4600-abcdefghijkl"), utf8("A2-1-36-0-abcdefghij"), utf8("M7-10-3--abcdefghijk")],
    decode: (bytes) => bytes.length < 20 ? undefined : clientName(peerId(bytes.subarray(0, 20))),
    declared: [],
  },
  {
    name: "bitfield",
    samples: [Uint8Array.of(0xff, 0x80)],
    decode: (bytes) => Bitfield.fromBytes(bytes, Math.max(0, bytes.length * 8 - 7)),
    declared: [ProtocolError],
  },
  {
    name: "media kind",
    samples: mediaHeads(),
    decode: (bytes) => [mediaKind(bytes, "a.mp4"), mediaKindByName(textOf(bytes.subarray(0, 20)))],
    declared: [],
    divisor: 2,
  },
  {
    name: "safe name",
    samples: [utf8("../etc/passwd"), utf8("con.txt"), utf8("ä".repeat(200)), utf8("a film.mp4")],
    decode: (bytes) => checkSegment(safePathSegment(textOf(bytes))),
    declared: [],
    divisor: 2,
  },
];

for (const decoder of [...wireDecoders, ...formatDecoders]) fuzz(decoder);

/** Decodes, encodes again, and asks what the swarm and the hash trees ask of a stranger's numbers. */
function judgePeerMessage(frame: Uint8Array): void {
  const message = decodePeerMessage(frame);
  if (message.type === "unknown") return;
  const again = encodePeerMessage(message).subarray(4);
  if (again.toHex() !== frame.toHex()) throw new Error(`Cannot encode ${message.type} as it was`);
  if (message.type === "request") {
    if (geometry.isBlock(message) && !geometry.isRange(message)) throw new Error("A block is a range");
  } else if (message.type === "hash-request") {
    buildHashes(message, tree);
  } else if (message.type === "hashes") {
    const isTrue = verifyHashes(message, { piecesRoot: tree.piecesRoot, blockCount: blocks });
    const wanted = isTrue ? buildHashes(message, tree) : undefined;
    if (isTrue && wanted?.toHex() !== message.hashes.toHex()) throw new Error("Wrong hashes were believed");
  }
}

/** Feeds the input in uneven reads and decodes what comes out. */
function takeFrames(bytes: Uint8Array): void {
  const buffer = new FrameBuffer({ capacity: 1_024, maxFrameLength: 1_000 });
  for (let offset = 0; offset < bytes.length;) {
    const room = buffer.writable();
    const part = bytes.subarray(offset, offset + Math.min(room.length, 1 + (bytes[offset] ?? 0)));
    room.set(part);
    buffer.commit(part.length);
    offset += part.length;
    for (let frame = buffer.next(); frame !== undefined; frame = buffer.next()) decodePeerMessage(frame);
  }
}

/** Gives one side of a handshake what came, in two reads. */
function hear(handshake: EncryptionHandshake, bytes: Uint8Array): void {
  handshake.next();
  const middle = bytes.length >> 1;
  if (!handshake.next(bytes.subarray(0, middle)).done) handshake.next(bytes.subarray(middle));
}

function checkSegment(segment: string): void {
  // deno-lint-ignore no-control-regex
  if (segment === "" || segment === "." || segment === ".." || /[/\\\0-\x1f]/.test(segment)) {
    throw new Error(`Cannot be safe: ${JSON.stringify(segment)}`);
  }
  if (utf8(segment).length > 255) throw new Error("Cannot be longer than a file name");
}

/** The beginnings of the sample media, long enough for their tables of tracks. */
function mediaHeads(): Uint8Array[] {
  const folder = new URL("../fixtures/", import.meta.url);
  return [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile).map(({ name }) =>
    Deno.readFileSync(new URL(name, folder)).slice(0, 2_048)
  );
}
