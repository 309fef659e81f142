import assert from "node:assert/strict";
import type { PeerMessage } from "../shared/wire/peer_message.ts";
import { type ConnectedPair, connectPair, handlerOf } from "./net/connected_pair.ts";
import { type PeerOwner, TorrentPeer } from "./torrent_peer.ts";

const BLOCK = { piece: 3, begin: 16_384, length: 16_384 };

/** An owner that does nothing but what is given. */
function ownerOf(parts: Partial<PeerOwner> = {}): PeerOwner {
  const nothing = () => {};
  return {
    onControl: nothing,
    onBlock: nothing,
    onHashRequest: nothing,
    onHashes: nothing,
    onExtensionHandshake: nothing,
    onMetadata: nothing,
    onPeerExchange: nothing,
    onUploaded: nothing,
    onUploadFailed: nothing,
    readBlock: nothing,
    room: () => undefined,
    ...parts,
  };
}

/** Runs both ends until the far one hears a `have`; gives what it heard before. */
async function heardUntilHave(pair: ConnectedPair, peer: TorrentPeer): Promise<readonly PeerMessage["type"][]> {
  const heard: PeerMessage["type"][] = [];
  const far = pair.far.run(handlerOf({
    onMessage: ({ type }) => {
      if (type === "have") pair.far.close("heard enough");
      else heard.push(type);
    },
  }));
  await Promise.all([far, peer.run()]);
  return heard;
}

Deno.test("an upload that is taken back is rejected, with the fast extension (BEP 6)", async () => {
  for (const supportsFast of [true, false]) {
    using pair = await connectPair({ supportsFast });
    const peer = new TorrentPeer(1, { connection: pair.near, owner: ownerOf() });
    pair.near.queueUpload(BLOCK);
    peer.takeBack(BLOCK);
    pair.near.send({ type: "have", piece: 0 });
    assert.deepEqual(await heardUntilHave(pair, peer), supportsFast ? ["reject-request"] : []);
  }
});

Deno.test("an upload that is being written cannot be taken back: the block is the one answer (BEP 6)", async () => {
  using pair = await connectPair();
  const peer: TorrentPeer = new TorrentPeer(1, {
    connection: pair.near,
    owner: ownerOf({
      readBlock: () => peer.takeBack(BLOCK),
      onUploaded: () => {
        peer.takeBack(BLOCK);
        pair.near.send({ type: "have", piece: 0 });
      },
    }),
  });
  pair.near.queueUpload(BLOCK);
  assert.deepEqual(await heardUntilHave(pair, peer), ["piece"]);
});
