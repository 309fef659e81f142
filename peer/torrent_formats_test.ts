import assert from "node:assert/strict";
import { Scene, untilComplete } from "../tests/session_scene.ts";
import { Bitfield } from "../shared/bitfield.ts";
import { createPeerId, truncateInfoHash } from "../shared/ids.ts";
import type { PeerMessage } from "../shared/wire/peer_message.ts";
import { dial } from "./net/dialer.ts";
import type { Session } from "./session.ts";
import { SessionApi } from "./session_api.ts";
import { type TestTorrent, testTorrent } from "./storage/test_torrent.ts";
import type { Torrent } from "./torrent.ts";

const LIE = 2;

const honest = testTorrent({ version: "hybrid", lengths: [300_000] });
/** Its SHA-1 of one piece is one that no bytes have. */
const contradicted: TestTorrent = {
  ...honest,
  info: {
    ...honest.info,
    pieceHashes: honest.info.pieceHashes?.slice().fill(1, LIE * 20, LIE * 20 + 20) ?? new Uint8Array(),
  },
};

/** A session with the torrent: all of it, or nothing yet. */
async function join(
  scene: Scene,
  name: string,
  options: { torrent: TestTorrent; has: "all" | "nothing" },
): Promise<Session> {
  const { info, pieceLayers, files: [bytes] } = options.torrent;
  const session = await scene.session(name);
  if (options.has === "all" && bytes !== undefined) {
    await Deno.writeFile(`${session.downloadsFolder}/${info.name}`, bytes);
  }
  await session.downloads.add({
    infoHash: info.infoHash,
    name: info.name,
    source: info.infoHash,
    metainfo: { info, pieceLayers, trackers: [] },
  });
  return session;
}

function only(session: Session): Torrent {
  const [torrent] = session.downloads.all();
  assert.ok(torrent);
  return torrent;
}

/** A peer that asks for every piece it hears of, and keeps what it gets. It knows only v1, unless told otherwise. */
class Asker {
  readonly heard = new Set<number>();
  readonly got = new Map<number, Uint8Array>();
  readonly ended: Promise<string>;
  readonly #admitted = Promise.withResolvers<void>();
  /** Resolves when it is spoken to. */
  readonly admitted = this.#admitted.promise;
  readonly #done = Promise.withResolvers<void>();

  static async dial(session: Session, torrent: TestTorrent, options: { knowsV2?: boolean; until?: number } = {}) {
    const { infoHash, infoHashV2 } = torrent.info;
    const upgrade = options.knowsV2 === true && infoHashV2 !== undefined;
    const connection = await dial({ host: "127.0.0.1", port: session.engine.listenPort }, {
      infoHash,
      peerId: createPeerId(crypto.getRandomValues(new Uint8Array(12))),
      ...(upgrade ? { upgradeInfoHash: truncateInfoHash(infoHashV2) } : {}),
    });
    return new Asker(connection, torrent, options.until ?? Infinity);
  }

  private constructor(
    private readonly connection: Awaited<ReturnType<typeof dial>>,
    private readonly torrent: TestTorrent,
    private readonly wantedCount: number,
  ) {
    connection.send({ type: "have-none" });
    connection.send({ type: "interested" });
    this.ended = connection.run({
      onMessage: (message) => this.#hear(message),
      readBlock: () => assert.fail("it has nothing"),
      onUploaded: () => {},
    });
  }

  /** Resolves when it got as many pieces as it was to. */
  async satisfied(): Promise<void> {
    await Promise.race([
      this.#done.promise,
      this.ended.then((reason) => assert.fail(`it was let go: ${reason}`)),
    ]);
    this.connection.close("has what it wants");
    await this.ended;
  }

  #hear(message: PeerMessage): void {
    this.#admitted.resolve();
    const { pieceCount } = this.torrent.info.geometry;
    if (message.type === "have-all") { for (let piece = 0; piece < pieceCount; piece++) this.heard.add(piece); }
    if (message.type === "bitfield") {
      for (const piece of Bitfield.fromBytes(message.bytes, pieceCount).indices()) this.heard.add(piece);
    }
    if (message.type === "have") this.heard.add(message.piece);
    if (message.type === "have" || message.type === "unchoke") {
      for (const piece of this.heard) this.connection.send({ type: "request", piece, begin: 0, length: 16_384 });
    }
    if (message.type !== "piece") return;
    this.got.set(message.piece, message.data.slice());
    if (this.got.size >= this.wantedCount) this.#done.resolve();
  }
}

Deno.test("whoever knows only v1 gets what was downloaded by SHA-256 alone once SHA-1 has proven it, too", async () => {
  await using scene = await Scene.create();
  await using seeder = await join(scene, "seeder", { torrent: honest, has: "all" });
  await using leecher = await join(scene, "leecher", { torrent: honest, has: "nothing" });
  await untilComplete(seeder, only(seeder));
  only(leecher).addCandidates([{ host: "127.0.0.1", port: seeder.engine.listenPort }]);
  await untilComplete(leecher, only(leecher));
  const { pieceCount } = honest.info.geometry;
  const asker = await Asker.dial(leecher, honest, { until: pieceCount });
  await asker.satisfied();
  for (const [piece, bytes] of asker.got) assert.deepEqual(bytes, honest.bytes({ piece, begin: 0, length: 16_384 }));
});

Deno.test("of a torrent that contradicts itself v2 goes on, and nobody who knows only v1 is given any of it", async () => {
  await using scene = await Scene.create();
  await using seeder = await join(scene, "seeder", { torrent: contradicted, has: "all" });
  await using leecher = await join(scene, "leecher", { torrent: contradicted, has: "nothing" });
  await using api = new SessionApi(leecher, { isReadingMedia: false });
  await untilComplete(seeder, only(seeder));
  only(leecher).addCandidates([{ host: "127.0.0.1", port: seeder.engine.listenPort }]);
  await untilComplete(leecher, only(leecher));

  const asker = await Asker.dial(leecher, contradicted);
  await asker.ended;
  assert.deepEqual([...asker.heard], []);
  assert.equal(asker.got.size, 0);
  assert.match(api.torrent(contradicted.info.infoHash)?.message ?? "", /contradict/);
  const another = await Asker.dial(leecher, contradicted);
  await another.ended;
  assert.equal(another.got.size, 0);

  const { pieceCount } = contradicted.info.geometry;
  const modern = await Asker.dial(leecher, contradicted, { knowsV2: true, until: pieceCount });
  await modern.satisfied();
});

Deno.test("while somebody is there who knows only v1, each piece is judged by both; the first contradiction ends it", async () => {
  await using scene = await Scene.create();
  await using seeder = await join(scene, "seeder", { torrent: contradicted, has: "all" });
  await using leecher = await join(scene, "leecher", { torrent: contradicted, has: "nothing" });
  await untilComplete(seeder, only(seeder));
  const asker = await Asker.dial(leecher, contradicted);
  await asker.admitted;
  only(leecher).addCandidates([{ host: "127.0.0.1", port: seeder.engine.listenPort }]);
  await untilComplete(leecher, only(leecher));
  await asker.ended;
  assert.ok(!asker.heard.has(LIE), "it never heard of the piece that SHA-1 did not prove");
  for (const [piece, bytes] of asker.got) assert.deepEqual(bytes, honest.bytes({ piece, begin: 0, length: 16_384 }));
  assert.equal(only(leecher).storage?.isContradicted, true);
});
