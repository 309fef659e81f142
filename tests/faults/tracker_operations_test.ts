import assert from "node:assert/strict";
import { infoHash, peerId } from "../../shared/ids.ts";
import { TrackerRefusal } from "../../shared/wire/announce.ts";
import { decodeAnnounceResponse } from "../../shared/wire/http_tracker_answer.ts";
import { encodeAnnounceQuery } from "../../shared/wire/http_tracker_query.ts";
import { Folder, Program } from "../program.ts";

/** What an end in good order may take. */
const DRAIN_MS = 5000;

const FILM = infoHash(new Uint8Array(20).fill(1));
const SONG = infoHash(new Uint8Array(20).fill(2));

const startTracker = (folder: Folder, args: readonly string[] = []) =>
  Program.start("tracker", [
    ...["--host", "127.0.0.1", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0"],
    ...["--data-dir", `${folder.path}/data`, ...args],
  ]);

async function announce(tracker: Program, hash: typeof FILM): Promise<void> {
  const query = encodeAnnounceQuery({
    infoHash: hash,
    peerId: peerId(new Uint8Array(20).fill(7)),
    port: 7000,
    uploaded: 0,
    downloaded: 0,
    left: 0,
  }, { isCompact: true });
  const response = await fetch(`http://127.0.0.1:${await tracker.port()}/announce?${query}`);
  decodeAnnounceResponse(await response.bytes());
}

async function clientCount(tracker: Program): Promise<number> {
  const response = await fetch(`${await tracker.dashboard()}/api/clients`);
  return (await response.json()).length;
}

Deno.test("SIGHUP: lists are read anew, who is not let in any more goes, a broken list changes nothing", async () => {
  await using folder = await Folder.create();
  const deny = `${folder.path}/deny.txt`;
  await Deno.writeTextFile(deny, `# nobody yet\n`);
  await using tracker = startTracker(folder, ["--deny", deny, "--log-level", "info", "--log-format", "json"]);
  await announce(tracker, FILM);
  await announce(tracker, SONG);
  assert.equal(await clientCount(tracker), 1);

  await Deno.writeTextFile(deny, `${FILM}\n${SONG}  # the whole lot\n`);
  tracker.kill("SIGHUP");
  const [line] = await tracker.line(/^\{.*The lists are read anew.*\}$/);
  const record = JSON.parse(line);
  assert.deepEqual([record.level, record.logger], ["INFO", "playswarm.tracker"]);
  await assert.rejects(announce(tracker, FILM), (error) => {
    return error instanceof TrackerRefusal && error.reason === "This tracker does not serve this torrent" &&
      error.retryInSeconds === Infinity;
  });
  assert.equal(await clientCount(tracker), 0);

  await Deno.writeTextFile(deny, "media.home\n");
  tracker.kill("SIGHUP");
  await tracker.line(/The lists stay as they were: .*deny\.txt: Cannot read line 1/);
  await assert.rejects(announce(tracker, FILM), TrackerRefusal);
});

Deno.test("SIGTERM: an end in good order within five seconds, whatever hangs, and what is known is kept", async () => {
  await using folder = await Folder.create();
  await using tracker = startTracker(folder);
  const port = await tracker.port();
  await announce(tracker, FILM);
  // One who sends its request for ever, one who never reads its answer, and a page that watches.
  using slow = await Deno.connect({ port });
  await slow.write(
    new TextEncoder().encode(`PUT /torrents/${FILM} HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\nd4:`),
  );
  const page = await fetch(`${await tracker.dashboard()}/api/events`);
  const startedAt = performance.now();
  tracker.kill("SIGTERM");
  assert.equal(await tracker.exitCode(), 0, tracker.output);
  assert.ok(performance.now() - startedAt < DRAIN_MS);
  await page.body?.cancel().catch((error) => assert.ok(error instanceof Error));
  assert.ok((await Deno.stat(`${folder.path}/data/catalogue.sqlite`)).size > 0);
});

Deno.test("--print-config prints a file that --config takes; a list that is not there is said", async () => {
  await using folder = await Folder.create();
  const args = ["--port", "7001", "--library", folder.path, "--rate-limit", "9", "--key", "hush", "--print-config"];
  await using first = Program.start("tracker", args, { env: { PLAYSWARM_INTERVAL: "30" } });
  assert.equal(await first.exitCode(), 0);
  assert.match(first.output, /^port = 7001\n[^]*^interval = 30\n[^]*^rate-limit = 9\n/m);
  assert.doesNotMatch(first.output, /hush/);
  const file = `${folder.path}/tracker.conf`;
  await Deno.writeTextFile(file, first.output);
  await using second = Program.start("tracker", ["--config", file, "--print-config"]);
  assert.equal(await second.exitCode(), 0);
  const values = (output: string) => output.split("\n").filter((line) => !line.startsWith("# "));
  assert.deepEqual(values(second.output), values(first.output));
  await using broken = startTracker(folder, ["--allow", `${folder.path}/none.txt`]);
  assert.equal(await broken.exitCode(), 1);
  assert.match(broken.output, /^tracker: Cannot read .*none\.txt as a list: there is no such file$/m);
});
