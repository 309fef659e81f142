import assert from "node:assert/strict";
import { Scene, until, untilListed } from "../tests/session_scene.ts";
import { parseInfoHash } from "../shared/ids.ts";
import { openLibrary } from "./library.ts";

Deno.test("the library is seeded, listed by its own tracker, and streamed", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("library");
  const bytes = await scene.file("library/Film.mp4", { length: 300_000 });
  await using library = await openLibrary({
    folders: [folder],
    tracker: { host: "127.0.0.1", port: scene.tracker.port },
    host: "127.0.0.1",
    port: 0,
    dataDirectory: await scene.folder("tracker"),
  });
  await until(library, () => library.shares()[0]?.fileCount === 1, "the film");
  const infoHash = parseInfoHash(library.shares()[0]?.files[0]?.infoHash ?? "");
  await untilListed(scene, infoHash);

  const answer = await library.stream?.request(`/stream/${infoHash}/0`, { headers: { range: "bytes=100-199" } });
  assert.equal(answer?.status, 206);
  assert.deepEqual(await answer.bytes(), bytes.subarray(100, 200));

  const more = await scene.folder("more");
  const { id } = await library.addShare(more);
  assert.equal(library.shares().length, 2);
  await library.removeShare(id);
  assert.equal(library.shares().length, 1);
});

Deno.test("a folder that is not there yet is shared when it comes", async () => {
  await using scene = await Scene.create();
  const path = `${await scene.folder("disk")}/library`;
  await using library = await openLibrary({
    folders: [path],
    tracker: { host: "127.0.0.1", port: scene.tracker.port },
    host: "127.0.0.1",
    port: 0,
    dataDirectory: await scene.folder("tracker"),
  });
  await until(library, () => library.shares()[0]?.message !== undefined, "a message");
  await scene.folder("disk/library");
  await scene.file("disk/library/Film.mp4", { length: 1000 });
  await until(library, () => library.shares()[0]?.fileCount === 1, "the film");
  assert.equal(library.shares()[0]?.message, undefined);
});
