import assert from "node:assert/strict";
import { encodeBencode } from "../../shared/bencode_writer.ts";
import { MAX_METAINFO_LENGTH } from "../../shared/metainfo.ts";
import { craftFile } from "./crafted_torrent.ts";
import { seededBytes } from "../seeded_bytes.ts";
import { assertSentence, inTime, KIB, PATIENCE_MS, postTorrent, type Stage, stageTest } from "./stage.ts";

/** An info-hash that nobody has. */
const NOBODY = "c0ffee".padEnd(40, "0");

stageTest("a torrent file that is none, is too large or lies is refused in a sentence", async (stage) => {
  const content = seededBytes(1, 100 * KIB);
  const craft = { name: "film.mp4", pieceLength: 32 * KIB };
  const torrents: Readonly<Record<string, Uint8Array>> = {
    "a picture": seededBytes(2, 5000),
    "nothing": new Uint8Array(),
    "cut off": craftFile(content, craft).subarray(0, 90),
    "no info": encodeBencode({ announce: "udp://127.0.0.1:1" }),
    "too many hashes": craftFile(content, { ...craft, lies: { length: 10 } }),
    "too few hashes": craftFile(content, { ...craft, lies: { length: 10 * content.length } }),
    "half a hash": craftFile(content, { ...craft, lies: { pieces: new Uint8Array(70) } }),
    "no length": craftFile(content, { ...craft, lies: { length: -1 } }),
    "endless": craftFile(content, { ...craft, lies: { length: 2n ** 63n } }),
    "no piece length": craftFile(content, { ...craft, lies: { "piece length": 0 } }),
    "huge pieces": craftFile(content, { ...craft, lies: { "piece length": 2 ** 40, pieces: new Uint8Array(20) } }),
    "two layouts": craftFile(content, { ...craft, lies: { files: [{ length: 1, path: ["x"] }] } }),
  };
  const peer = await stage.peer("peer");
  for (const [what, bytes] of Object.entries(torrents)) {
    const { status, body } = await postTorrent(peer, bytes);
    assert.equal(status, 422, `${what}: ${status} ${JSON.stringify(body)}`);
    assert.match(JSON.stringify(body), /"detail":"This is not a usable torrent file: /, what);
    const path = `${stage.folder.path}/${what}.torrent`;
    await Deno.writeFile(path, bytes);
  }
  const tooLarge = await postTorrent(peer, new Uint8Array(MAX_METAINFO_LENGTH + 1));
  assert.equal(tooLarge.status, 413, JSON.stringify(tooLarge.body));
  assert.deepEqual(await peer.get("/api/torrents"), []);

  for (const what of ["a picture", "nothing", "too few hashes"]) {
    const ended = await downloadFile(stage, `${stage.folder.path}/${what}.torrent`);
    assertSentence(ended, 1, /^peer: This is not a usable torrent file: /);
  }
  assertSentence(await downloadFile(stage, `${stage.folder.path}/missing.torrent`), 1, /^peer: There is no file /);
  const folder = await stage.folder.folder("a folder.torrent");
  assertSentence(await downloadFile(stage, folder), 1, /cannot be read as a torrent file$/);
  // Sparse: it would be 8 GiB in memory.
  const huge = `${stage.folder.path}/huge.torrent`;
  using file = await Deno.open(huge, { write: true, create: true });
  await file.truncate(8 * 2 ** 30);
  assertSentence(await downloadFile(stage, huge), 1, /is too large for a torrent file$/);
});

stageTest("a magnet nobody has says that it is looking, and can be cancelled", async (stage) => {
  const tracker = await stage.tracker();
  const peer = await stage.peer("peer", "--tracker", tracker.address);
  await peer.send("POST", "/api/torrents", { source: `magnet:?xt=urn:btih:${NOBODY}&dn=Nobody` });
  const view = await peer.torrent(NOBODY);
  assert.equal(view.state, "fetching-metadata");
  assert.match(view.message ?? "", /^Looking for somebody who has it/);
  assert.equal(view.name, "Nobody");
  await peer.send("DELETE", `/api/torrents/${NOBODY}`);
  assert.deepEqual(await peer.get("/api/torrents"), []);
  assert.equal((await fetch(`${peer.url}/api/torrents/${NOBODY}`).then((r) => r.json())).status, 404);

  for (const magnet of ["magnet:?dn=x", "magnet:?xt=urn:btih:zz", "magnet:"]) {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ source: magnet });
    const response = await fetch(`${peer.url}/api/torrents`, { method: "POST", headers, body });
    assert.equal(response.status, 422);
    assert.match((await response.json()).detail, /^This is not a usable magnet link: /);
  }
});

stageTest("Ctrl-C leaves a download that finds nobody at once, with 1", async (stage) => {
  const tracker = await stage.tracker();
  const program = stage.download("to", [`magnet:?xt=urn:btih:${NOBODY}`, "--tracker", tracker.address]);
  await tracker.dashboard.until(async () => (await tracker.dashboard.clients()).length > 0 ? true : undefined, {
    timeoutMs: PATIENCE_MS,
    what: "the leecher among the clients",
  });
  const askedAtMs = performance.now();
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 1, program.output);
  const tookMs = performance.now() - askedAtMs;
  assert.ok(tookMs < 2_000, `it took ${tookMs} ms`);
  assert.match(program.output, /^Stopped\. Run the same again to go on\.$/m);
});

stageTest("a tracker that is not there, or is none, is said", async (stage) => {
  const nobodyThere = `127.0.0.1:${freePort()}`;
  await using web = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response("<html>"));
  const notATracker = `127.0.0.1:${web.addr.port}`;

  const lookUp = (tracker: string) =>
    stage.run("peer", [
      "download",
      "film",
      "--to",
      `${stage.folder.path}/to`,
      "--tracker",
      tracker,
      "--no-lan",
      "--host",
      "127.0.0.1",
    ]);
  assertSentence(
    await lookUp(nobodyThere),
    1,
    /^peer: Cannot reach the tracker at .*: is it running, and is the address right\?$/,
  );
  assertSentence(await lookUp(notATracker), 1, /^peer: What answers at .* is not a Playswarm tracker$/);
  const nameless = await stage.run("peer", [
    "download",
    "film",
    "--to",
    `${stage.folder.path}/to`,
    "--no-lan",
    "--host",
    "127.0.0.1",
  ]);
  assertSentence(nameless, 1, /to look up names, give a tracker$/);

  for (const address of [nobodyThere, notATracker]) {
    const peer = await stage.peer(`peer of ${address}`, "--tracker", address);
    const tracker = await peer.until(async () => {
      const { tracker } = await peer.status();
      return tracker?.isReachable === false ? tracker : undefined;
    }, { timeoutMs: PATIENCE_MS, what: `that ${address} is no tracker` });
    assert.match(
      tracker.message ?? "",
      /^(Cannot reach the tracker at |What answers at .* is not a Playswarm tracker$)/,
    );
    const askedAtMs = performance.now();
    peer.program.kill("SIGTERM");
    assert.equal(await peer.program.exitCode(), 0, peer.program.output);
    const tookMs = performance.now() - askedAtMs;
    assert.ok(tookMs < 2_000, `leaving without a tracker took ${tookMs} ms`);
  }
});

stageTest("a name that nobody shares, or that many match, is said", async (stage) => {
  const tracker = await stage.tracker();
  const share = await stage.write("films", "one film.mp4", seededBytes(1, 1000));
  await stage.write("films", "two film.mp4", seededBytes(2, 1000));
  const seeder = await stage.peer("seeder", "--tracker", tracker.address, "--share", share);
  await Promise.all([seeder.row("one film.mp4"), seeder.row("two film.mp4")]);
  const lookUp = (name: string) =>
    stage.run("peer", [
      "download",
      name,
      "--to",
      `${stage.folder.path}/to`,
      "--tracker",
      tracker.address,
      "--no-lan",
      "--host",
      "127.0.0.1",
    ]);
  assertSentence(await lookUp("absent"), 1, /^peer: Nobody shares anything called "absent"$/);
  assertSentence(
    await lookUp("film"),
    1,
    /Several files are called like "film": .*one film\.mp4.*Give the whole name$/,
  );
});

function downloadFile(stage: Stage, path: string) {
  const args = ["download", path, "--to", `${stage.folder.path}/to`, "--host", "127.0.0.1", "--no-lan"];
  return inTime(stage.run("peer", args), `the refusal of ${path}`);
}

/** A port where nobody listens. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
