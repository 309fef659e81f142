import assert from "node:assert/strict";
import { Scene } from "../tests/session_scene.ts";
import { parseInfoHash } from "../shared/ids.ts";
import { formatMagnet } from "../shared/magnet.ts";
import { encodeMetainfo, type Metainfo } from "../shared/metainfo.ts";
import { sampleTorrent } from "../tracker/sample_torrent.ts";
import { RequestError } from "./api/request_error.ts";
import { Community } from "./community.ts";
import { resolveSource } from "./resolve.ts";
import { readSource } from "./source.ts";

const signal = new AbortController().signal;

function refused(status: number, message: RegExp) {
  return (error: unknown) => error instanceof RequestError && error.status === status && message.test(error.message);
}

/** The side of a tracker that is asked here, and nothing else of it. */
async function withCommunity(
  test: (community: Community, listed: readonly Metainfo[]) => Promise<void>,
): Promise<void> {
  await using scene = await Scene.create();
  await using session = await scene.session("seeder");
  const { community } = session;
  assert.ok(community !== undefined);
  const listed = ["Northern Lights.mp4", "Northern Lights 2.mp4"].map((name, index) =>
    sampleTorrent(name, { fill: index + 1 })
  );
  for (const metainfo of listed) {
    const { infoHash } = metainfo.info;
    await community.publish(encodeMetainfo(metainfo), { infoHash, kind: "video" });
    // Listed while somebody has it.
    const announced = Promise.withResolvers<void>();
    using _tracker = scene.tracker.subscribe(() => {
      if (scene.tracker.swarms().some((swarm) => swarm.infoHash === infoHash)) announced.resolve();
    });
    session.engine.announcer.add(infoHash, {
      trackers: [community.announceUrls],
      state: () => ({ uploaded: 0, downloaded: 0, left: 0 }),
      onPeers: () => {},
    });
    await announced.promise;
  }
  await test(community, listed);
}

Deno.test("names are looked up: whole, or a part that only one has", () =>
  withCommunity(async (community, [first, second]) => {
    assert.ok(first !== undefined && second !== undefined);
    const resolve = (name: string) => resolveSource(readSource(name), { community, mode: "video", signal });
    assert.equal((await resolve("northern lights.MP4")).infoHash, first.info.infoHash);
    assert.equal((await resolve("lights 2")).metainfo?.info.infoHash, second.info.infoHash);
    await assert.rejects(
      resolve("northern"),
      refused(422, /Several files are called like "northern": .*Give the whole/),
    );
    await assert.rejects(resolve("southern"), refused(404, /Nobody shares anything called "southern"/));
    const asAudio = resolveSource(readSource("lights 2"), { community, mode: "audio", signal });
    await assert.rejects(asAudio, refused(404, /Nobody/));
  }));

Deno.test("the tracker's copy of a torrent spares asking peers for its metadata", () =>
  withCommunity(async (community, [first]) => {
    assert.ok(first !== undefined);
    const { infoHash } = first.info;
    const magnet = formatMagnet({ infoHash, name: "Other name", trackers: ["udp://t.test:1/announce"], peers: [] });
    const download = await resolveSource(readSource(magnet), { community, signal });
    assert.equal(download.metainfo?.info.infoHash, infoHash);
    assert.deepEqual(download.trackers, ["udp://t.test:1/announce"]);
    assert.equal(download.source, magnet);
    const byHash = await resolveSource(readSource(infoHash), { community, signal });
    assert.equal(byHash.name, "Northern Lights.mp4");
  }));

Deno.test("a tracker that is away, or that nobody named, is only needed for names", async () => {
  const away = { host: "127.0.0.1", port: 1 };
  await using community = new Community({ tracker: away, onChange: () => {}, onRestart: () => {} });
  const hash = parseInfoHash("ab".repeat(20));
  for (const known of [community, undefined]) {
    const download = await resolveSource(readSource(hash), { community: known, signal });
    assert.deepEqual(download, { infoHash: hash, name: hash, source: hash });
  }
  const byName = readSource("Film");
  await assert.rejects(resolveSource(byName, { community, signal }), refused(502, /Cannot reach the tracker/));
  await assert.rejects(resolveSource(byName, { community: undefined, signal }), refused(404, /give a tracker/));
});
