/**
 * Valid values to start from, one of each kind that the decoders read.
 *
 * @module
 */
import { Geometry } from "../../shared/geometry.ts";
import { peerId } from "../../shared/ids.ts";
import { buildHashes } from "../../shared/hash_proof.ts";
import { FileTree } from "../../shared/merkle.ts";
import { createMetainfo } from "../../shared/metainfo_create.ts";
import type { Announce } from "../../shared/wire/announce.ts";
import type { PeerMessage } from "../../shared/wire/peer_message.ts";

/** Text as UTF-8. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

export const blocks = 64;
const hashes = {
  length: blocks * 16_384 - 5,
  pieceLength: 65_536,
  pieceHashes: new Uint8Array((blocks / 4) * 20).fill(7),
  leaves: Uint8Array.from({ length: blocks * 32 }, (_, index) => index % 251),
};
export const tree = FileTree.fromLeaves(hashes.leaves, { pieceLength: hashes.pieceLength });
export const metainfo = createMetainfo("a film.mp4", hashes, { trackers: [["udp://localhost:6969"]] });
export const geometry = new Geometry({
  pieceLength: 65_536,
  files: [{ length: hashes.length, offset: 0, isPad: false }],
});
export const v1Info = "d5:filesld6:lengthi70000e4:pathl1:a5:b.txteed4:attr1:p6:lengthi10e4:pathl4:.pad2:10eee" +
  `4:name4:dir 12:piece lengthi65536e6:pieces40:${"x".repeat(40)}7:privatei1ee`;

export const announce: Announce = {
  infoHash: metainfo.info.infoHash,
  peerId: peerId(utf8("-PS0100-abcdefghijkl")),
  port: 6881,
  uploaded: 1,
  downloaded: 2 ** 40,
  left: 3,
  event: "started",
  numWant: 50,
  key: 0xdead_beef,
  ip: "10.0.0.1",
  trackerId: "a&b",
};
const peers = [
  { host: "10.0.0.1", port: 6881, peerId: announce.peerId },
  { host: "2001:db8::7", port: 51_413 },
  { host: "example.org", port: 80 },
];
const range = { piecesRoot: tree.piecesRoot, baseLayer: 0, index: 8, length: 8, proofLayers: 5 };
const foundHashes = buildHashes(range, tree) ?? new Uint8Array();
const block = { piece: 1, begin: 16_384, length: 16_384 };
export const messages: PeerMessage[] = [
  { type: "choke" },
  { type: "have", piece: 3 },
  { type: "bitfield", bytes: Uint8Array.of(0xff, 0x80) },
  { type: "request", ...block },
  { type: "piece", piece: 1, begin: 0, data: new Uint8Array(40) },
  { type: "cancel", ...block },
  { type: "port", port: 6881 },
  { type: "extended", id: 1, payload: utf8("d1:mdee") },
  { type: "hash-request", ...range },
  { type: "hashes", ...range, hashes: foundHashes },
];
export const exchange = peers.slice(0, 2).map(({ host, port }) => ({
  host,
  port,
  prefersEncryption: true,
  isSeeder: true,
  supportsUtp: false,
  supportsHolepunch: false,
  isReachable: true,
}));
export const response = {
  intervalSeconds: 60,
  minIntervalSeconds: 30,
  seederCount: 1,
  leecherCount: 2,
  peers,
  trackerId: "x",
  warning: "slow down",
  externalAddress: "1.2.3.4",
};
export const scraped = { seederCount: 1, completedCount: 2, leecherCount: 3 };
