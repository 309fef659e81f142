import assert from "node:assert/strict";
import { browserTest, byId, PATIENCE_MS } from "./browser.ts";
import { assertSameBytes, Community, fixturePath, INTERVAL_SECONDS } from "./community.ts";

/** How soon the whole community knows of a file. */
const NEWS_MS = 5_000;

browserTest(
  "a file that is dropped into a share is in everybody's catalogue within 5 s, and out of it when it is gone",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("films", ["meadow.webm"]);
    const [, other] = await Promise.all([
      community.peer({ share, args: ["--mode", "video"] }),
      community.peer({ args: ["--mode", "video"] }),
    ]);
    const page = await browser.open(other.url);
    const catalogue = page.locator(byId("catalogue"));
    await catalogue.getByText("meadow").first().waitFor();
    const fresh = catalogue.getByText("fresh").first();

    const droppedAtMs = performance.now();
    await Deno.copyFile(fixturePath("tide.mp4"), `${share}/fresh.mp4`);
    await fresh.waitFor({ timeout: NEWS_MS });
    const shownAtMs = performance.now();
    await Deno.remove(`${share}/fresh.mp4`);
    await fresh.waitFor({ state: "detached", timeout: NEWS_MS });
    const goneAfterMs = performance.now() - shownAtMs;
    console.log(`shown after ${Math.round(shownAtMs - droppedAtMs)} ms, gone after ${Math.round(goneAfterMs)} ms`);
    assert.equal(await page.locator('[data-testid^="row-"]').count(), 1);
  },
);

browserTest(
  "a client killed with kill -9 is gone from the tracker within two and a half intervals",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("films", ["tide.mp4"]);
    const [doomed, staying] = await Promise.all([community.peer({ share }), community.peer({ share })]);
    const ids = await Promise.all([doomed, staying].map(async (peer) => (await peer.status()).peerId));
    const [doomedId = "", stayingId = ""] = ids;
    const page = await browser.open(community.tracker.url);
    for (const id of ids) await page.locator(byId(`client-${id}`)).getByText("tide.mp4").waitFor({ state: "attached" });

    doomed.program.kill("SIGKILL");
    await doomed.program.exitCode();
    const killedAtMs = performance.now();
    // Half a second for the page to be told, and for a machine that has other things to do.
    const timeout = INTERVAL_SECONDS * 2_500 + 500;
    await page.locator(byId(`client-${doomedId}`)).waitFor({ state: "detached", timeout });
    console.log(`gone after ${Math.round(performance.now() - killedAtMs)} ms`);
    assert.equal(await page.locator(byId(`client-${stayingId}`)).count(), 1);
  },
);

browserTest(
  "a tracker that is killed and comes back in the middle of a download costs nothing but a reconnect",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("films", ["aurora.mp4"]);
    const [seeder, leecher] = await Promise.all([
      community.peer({ share, args: ["--mode", "video", "--upload-rate", "400"] }),
      community.peer({ args: ["--mode", "video"] }),
    ]);
    const { infoHash } = await leecher.rowWithSeeders("aurora.mp4", 1);
    const page = await browser.open(leecher.url);
    const button = page.locator(byId(`row-${infoHash}`)).locator(byId("download"));
    await button.click();
    // The click is answered when the button gives way to the progress; before that there is no torrent to ask for.
    await button.waitFor({ state: "detached" });
    await leecher.untilTorrent(infoHash, ({ downloadedBytes }) => downloadedBytes > 100_000, {
      timeoutMs: PATIENCE_MS,
      what: "a first part of the file",
    });
    community.tracker.program.kill("SIGKILL");
    await community.tracker.program.exitCode();
    assert.equal((await leecher.torrent(infoHash)).state, "downloading");

    const tracker = await community.restartTracker();
    await leecher.untilTorrent(infoHash, ({ state }) => state === "seeding", {
      timeoutMs: PATIENCE_MS,
      what: "the whole file here",
    });
    await assertSameBytes(`${leecher.downloads}/aurora.mp4`, "aurora.mp4");
    const ids = await Promise.all([seeder, leecher].map(async (peer) => (await peer.status()).peerId));
    await tracker.until(async () => {
      const clients = await tracker.clients();
      const here = ids.filter((id) =>
        clients.some((client) => client.peerId === id && client.files.some((file) => file.isSeeder))
      );
      return here.length === ids.length ? here : undefined;
    }, { timeoutMs: PATIENCE_MS, what: "both peers listed as seeders again" });
    assert.ok((await leecher.rows()).some((row) => row.infoHash === infoHash));
  },
);
