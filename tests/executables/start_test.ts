import assert from "node:assert/strict";
import { seededBytes } from "../seeded_bytes.ts";
import { Dashboard } from "../end_to_end/community.ts";
import { Program } from "../program.ts";
import { EXECUTABLES, executableTest } from "./executables.ts";

/** What a download may weigh: four fifths of it are the JavaScript engine. */
const MAX_EXECUTABLE_BYTES = 100_000_000;

/** A folder where nobody may write, root neither. */
const READ_ONLY_FOLDER = "/proc";

/** Ports of the system's choice, by environment, because the line shall be empty. */
const ANY_PORTS = {
  PLAYSWARM_PORT: "0",
  PLAYSWARM_PEER_PORT: "0",
  PLAYSWARM_DASHBOARD: "127.0.0.1:0",
  PLAYSWARM_HOST: "127.0.0.1",
};

executableTest("each is one file of at most 100 MB", async () => {
  for (const program of ["tracker", "peer"]) {
    const { size } = await Deno.stat(`${EXECUTABLES}/${program}`);
    console.log(`${program}: ${(size / 1e6).toFixed(1)} MB`);
    assert.ok(size < MAX_EXECUTABLE_BYTES, `${program} has ${size} bytes`);
  }
});

executableTest("without arguments, in an empty home and a folder where nothing can be written", async (stage) => {
  for (const name of ["tracker", "peer"] as const) {
    const home = await stage.folder.folder(`${name}-home`);
    const program = stage.use(
      Program.start(name, [], { cwd: READ_ONLY_FOLDER, env: { ...ANY_PORTS, HOME: home, XDG_DATA_HOME: "" } }),
    );
    const dashboard = new Dashboard(await program.dashboard(), program);
    const page = await fetch(dashboard.url);
    assert.match(await page.text(), new RegExp(`/assets/${name}\\.js`));
    const script = await fetch(`${dashboard.url}/assets/${name}.js`);
    assert.ok(script.ok && (await script.text()).length > 10_000);
    assert.equal(typeof await dashboard.get("/api/status"), "object");
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0, program.output);
    // A folder for downloads is made by the first download.
    const found = [...Deno.readDirSync(home)].map((entry) => entry.name);
    assert.deepEqual(found, [".local"], "only its own folder is in the home");
  }
});

executableTest("two peers on one machine give each other what they have", async (stage) => {
  const tracker = await stage.tracker();
  const [one, two] = [seededBytes(31, 300_000), seededBytes(32, 400_000)];
  const [ones, twos] = await Promise.all([
    stage.write("ones", "one.mp4", one),
    stage.write("twos", "two.mp4", two),
  ]);
  const args = ["--tracker", tracker.address, "--mode", "video", "--share"];
  const [first, second] = await Promise.all([stage.peer("first", ...args, ones), stage.peer("second", ...args, twos)]);
  for (const [peer, name, bytes] of [[first, "two.mp4", two], [second, "one.mp4", one]] as const) {
    const { infoHash } = await peer.rowWithSeeders(name, 1);
    await peer.send("POST", "/api/torrents", { source: infoHash });
    await peer.untilTorrent(infoHash, ({ state }) => state === "seeding", {
      timeoutMs: 20_000,
      what: "the whole file",
    });
    assert.deepEqual(await Deno.readFile(`${peer.downloads}/${name}`), bytes);
  }
});
