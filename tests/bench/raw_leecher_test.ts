import assert from "node:assert/strict";
import { decodeMetainfo } from "../../shared/metainfo.ts";
import { encodeHandshake } from "../../shared/wire/handshake.ts";
import { readHandshakeBytes, someHandshake } from "../../peer/net/connected_pair.ts";
import { Scene, share, until } from "../session_scene.ts";
import { leechRaw } from "./raw_leecher.ts";

const LENGTH = 3_000_000;

Deno.test("a leecher that keeps nothing is sent every block, once", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("shared");
  await scene.file("shared/film.mp4", { length: LENGTH });
  await using seeder = await scene.session("seeder");
  const [film] = await share(seeder, folder, ["film.mp4"]);
  assert.ok(film !== undefined);
  const bytes = seeder.sharedTorrents.metainfo(film.infoHash);
  assert.ok(bytes !== undefined);
  await leechRaw({ host: "127.0.0.1", port: seeder.engine.listenPort }, decodeMetainfo(bytes).info);
  // What was written is counted when the write is known to be done, which may be after it was read.
  const uploadedBytes = () => seeder.sharedTorrents.totals(film.infoHash).uploadedBytes;
  await until(seeder, () => uploadedBytes() === LENGTH, "all was sent");
});

Deno.test("a seeder that lets it go before the end is an error", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("shared");
  await scene.file("shared/film.mp4", { length: LENGTH });
  await using session = await scene.session("seeder");
  const [film] = await share(session, folder, ["film.mp4"]);
  const bytes = film === undefined ? undefined : session.sharedTorrents.metainfo(film.infoHash);
  assert.ok(bytes !== undefined);
  const { info } = decodeMetainfo(bytes);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const leeching = leechRaw({ host: "127.0.0.1", port: listener.addr.port }, info);
  using socket = await listener.accept();
  await readHandshakeBytes(socket);
  await socket.write(encodeHandshake({ ...someHandshake, infoHash: info.infoHash }));
  socket.closeWrite();
  await assert.rejects(leeching, /let a leecher go/);
});
