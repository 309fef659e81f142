import assert from "node:assert/strict";
import { decodeBencode } from "../shared/bencode.ts";
import { encodeBencode } from "../shared/bencode_writer.ts";
import { type Endpoint, formatEndpoint } from "../shared/endpoint.ts";
import { createPeerId } from "../shared/ids.ts";
import { decodeInfo, type Metainfo } from "../shared/metainfo.ts";
import {
  decodeExtensionHandshake,
  encodeExtensionHandshake,
  EXTENSION_HANDSHAKE_ID,
  type ExtensionHandshake,
} from "../shared/wire/extension.ts";
import { encodeMetadataMessage } from "../shared/wire/metadata_message.ts";
import { encodePeerExchange } from "../shared/wire/peer_exchange.ts";
import type { ExtendedMessage } from "../shared/wire/peer_message.ts";
import { until } from "../tests/session_scene.ts";
import { Folder } from "../tests/program.ts";
import { dial } from "./net/dialer.ts";
import { Session } from "./session.ts";
import { testTorrent } from "./storage/test_torrent.ts";
import type { Torrent } from "./torrent.ts";

/** A torrent of which nobody has anything, so that nobody leaves. */
function wishes(options: { readonly isPrivate: boolean }): Metainfo {
  const { info } = testTorrent({ version: "v1", lengths: [1_000_000] });
  const items = decodeBencode(info.infoBytes);
  assert.ok(items instanceof Map);
  const infoBytes = encodeBencode(new Map([...items, ...(options.isPrivate ? [["private", 1]] as const : [])]));
  return { info: decodeInfo(infoBytes), pieceLayers: new Map(), trackers: [] };
}

/** A session that knows no tracker and wants the torrent. */
async function wisher(
  folder: Folder,
  options: { readonly name: string; readonly metainfo: Metainfo; readonly candidates?: readonly Endpoint[] },
): Promise<AsyncDisposable & { readonly session: Session; readonly torrent: Torrent; readonly endpoint: Endpoint }> {
  const { metainfo, candidates = [] } = options;
  const session = await Session.open({
    host: "127.0.0.1",
    port: 0,
    downloadsFolder: await folder.folder(options.name),
  });
  const { infoHash } = metainfo.info;
  const torrent = await session.downloads.add({ infoHash, name: "wish", metainfo, source: infoHash, candidates });
  await torrent.whenOpen();
  const endpoint = { host: "127.0.0.1", port: session.engine.listenPort };
  return { session, torrent, endpoint, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}

/** Whether a torrent is connected to the peer that listens there. */
function isWith(torrent: Torrent, endpoint: Endpoint): boolean {
  return torrent.swarm.machine.view().peers.some((peer) => peer.endpoint === formatEndpoint(endpoint));
}

Deno.test("peer exchange: a peer that knows one other is connected to a third, without a tracker", async () => {
  await using folder = await Folder.create();
  const metainfo = wishes({ isPrivate: false });
  await using first = await wisher(folder, { name: "first", metainfo });
  await using second = await wisher(folder, { name: "second", metainfo, candidates: [first.endpoint] });
  await until(ticks(), () => isWith(first.torrent, second.endpoint), "the second with the first");
  await using third = await wisher(folder, { name: "third", metainfo, candidates: [first.endpoint] });
  await until(ticks(), () => isWith(third.torrent, second.endpoint), "the third with the second");
});

Deno.test("peer exchange: nothing is offered or believed for a private torrent", async (t) => {
  for (const isPrivate of [false, true]) {
    await t.step(isPrivate ? "private" : "public", async () => {
      await using folder = await Folder.create();
      const metainfo = wishes({ isPrivate });
      await using first = await wisher(folder, { name: "first", metainfo });
      const handshake = await tellOfPeers(first.endpoint, metainfo);
      assert.equal(handshake.extensions.get("ut_pex"), isPrivate ? 0 : 2);
      assert.equal(first.torrent.swarm.machine.view().candidateCount, isPrivate ? 0 : 1);
    });
  }
});

/** Tells a peer of another one, and leaves when that was read; gives the greeting. */
async function tellOfPeers(endpoint: Endpoint, { info }: Metainfo): Promise<ExtensionHandshake> {
  const peerId = createPeerId(crypto.getRandomValues(new Uint8Array(12)));
  const connection = await dial(endpoint, { infoHash: info.infoHash, peerId });
  const received: ExtendedMessage[] = [];
  const say = (id: number, payload: Uint8Array) => connection.send({ type: "extended", id, payload });
  say(EXTENSION_HANDSHAKE_ID, encodeExtensionHandshake({ extensions: new Map([["ut_metadata", 7], ["ut_pex", 8]]) }));
  const flags = { prefersEncryption: false, isSeeder: false, supportsUtp: false, supportsHolepunch: false };
  // Nobody listens on the discard port.
  const added = [{ host: "127.0.0.1", port: 9, isReachable: true, ...flags }];
  say(2, encodePeerExchange({ added, dropped: [] }));
  // Messages are read in order: when this is answered, the one before was taken in.
  say(1, encodeMetadataMessage({ type: "request", piece: 0 }));
  await connection.run({
    onMessage(message) {
      if (message.type !== "extended") return;
      received.push(message);
      if (message.id === 7) connection.close("told");
    },
    readBlock: () => assert.fail("nothing is asked for"),
    onUploaded: () => {},
  });
  const [greeting] = received;
  assert.ok(greeting !== undefined && greeting.id === EXTENSION_HANDSHAKE_ID);
  return decodeExtensionHandshake(greeting.payload);
}

/** Who is connected to whom is told by nobody: it is looked at as often as the torrents do themselves. */
function ticks(): { subscribe(listener: () => void): Disposable } {
  return {
    subscribe(listener) {
      const timer = setInterval(listener, 50);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
  };
}
