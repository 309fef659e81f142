import assert from "node:assert/strict";
import { encodeMetainfo } from "../../shared/metainfo.ts";
import { testTorrent } from "../../peer/storage/test_torrent.ts";
import { assertPageAccessible } from "./accessibility.ts";
import { browserTest, byId } from "./browser.ts";
import { Community, type PeerProgram } from "./community.ts";

/** What a test asks the peer's API for, as the page's change is seen there. */
const CHANGE = { timeoutMs: 15_000, what: "the change" };

browserTest(
  "another tracker's address in the settings applies at once: its catalogue is shown",
  async (browser, scope) => {
    const [first, second] = [scope.use(await Community.start()), scope.use(await Community.start())];
    const share = await second.media("films", ["tide.mp4"]);
    await second.peer({ share, args: ["--mode", "video"] });
    const peer = await first.peer({ args: ["--mode", "video"], without: "tracker" });
    await peer.send("PATCH", "/api/settings", { isWelcomed: true });
    const page = await browser.open(`${peer.url}/settings`, { expectedErrors: /Failed to load resource|ERR_/ });
    for (const community of [first, second]) {
      await page.locator(byId("tracker-field")).fill(`127.0.0.1:${community.port}`);
      await page.locator(byId("tracker-join")).click();
      await page.locator(byId("tracker-address")).getByText(`127.0.0.1:${community.port}`).waitFor();
      await page.locator(byId("tracker-address")).getByText("reachable").waitFor();
    }
    await page.locator(byId("nav-browse")).click();
    await page.locator(byId("catalogue")).getByText("tide").first().waitFor();
  },
);

browserTest(
  "another folder for downloads is chosen, applies to the next one, and outlives a restart; the command line wins",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("films", ["tide.mp4"]);
    await community.peer({ share, args: ["--mode", "video"] });
    const home = await community.folder.folder("home");
    await community.folder.folder("home/elsewhere");
    const options = { args: ["--mode", "video"], env: { HOME: home, XDG_DOWNLOAD_DIR: "" }, home };
    const peer = await community.peer({ ...options, without: "downloads" });
    const { infoHash } = await peer.rowWithSeeders("tide.mp4", 1);
    const page = await browser.open(`${peer.url}/settings`, { expectedErrors: /Failed to load resource|ERR_/ });
    await page.locator(byId("downloads-folder")).getByText(`${home}/Downloads/Playswarm`).waitFor();
    await page.locator(byId("downloads-choose")).click();
    await page.getByRole("button", { name: "elsewhere" }).click();
    await page.locator(byId("folder-path")).getByText("elsewhere").waitFor();
    await assertPageAccessible(page);
    await page.locator(byId("folder-choose")).click();
    await page.locator(byId("downloads-folder")).getByText("elsewhere").waitFor();
    await peer.send("POST", "/api/torrents", { source: infoHash });
    await peer.untilTorrent(infoHash, ({ state }) => state === "seeding", CHANGE);
    assert.ok((await Deno.stat(`${home}/elsewhere/tide.mp4`)).isFile);

    peer.program.kill("SIGTERM");
    assert.equal(await peer.program.exitCode(), 0);
    const again = await community.peer({ ...options, without: "downloads" });
    assert.equal((await again.status()).downloadsFolder, `${home}/elsewhere`);
    again.program.kill("SIGTERM");
    assert.equal(await again.program.exitCode(), 0);
    const fixed = await community.peer(options);
    await page.goto(`${fixed.url}/settings`);
    await page.locator(byId("downloads-folder")).getByText(fixed.downloads).waitFor();
    assert.equal(await page.locator(byId("downloads-choose")).count(), 0);
    await assert.rejects(fixed.send("PATCH", "/api/settings", { downloadsFolder: home }), /409/);
  },
);

browserTest(
  "files of a torrent are unchosen and chosen, and its speed is limited, on its page",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const peer = await community.peer({ args: ["--mode", "video"] });
    const { info, pieceLayers } = testTorrent({ version: "hybrid", lengths: [100_000, 150_000, 200_000] });
    const torrent = Uint8Array.from(encodeMetainfo({ info, pieceLayers, trackers: [] }));
    const headers = { "Content-Type": "application/x-bittorrent" };
    const added = await fetch(`${peer.url}/api/torrents`, { method: "POST", headers, body: torrent });
    assert.equal(added.status, 201, await added.text());
    const wanted = async () => (await peer.torrent(info.infoHash)).files.map(({ isWanted }) => isWanted);
    const page = await browser.open(`${peer.url}/torrent/${info.infoHash}`);
    const boxes = page.locator('[data-testid^="want-"]');
    await boxes.nth(1).click();
    await page.locator(byId("files")).getByText("not fetched").waitFor();
    assert.deepEqual(await wanted(), [true, false, true]);
    await assertPageAccessible(page);
    await boxes.nth(1).click();
    await page.locator(byId("files")).getByText("not fetched").waitFor({ state: "detached" });
    assert.deepEqual(await wanted(), [true, true, true]);

    const limits = page.locator(byId("torrent-limits"));
    await limits.locator(byId("limit-down")).fill("0.5");
    await limits.locator(byId("limits-save")).click();
    await page.getByText("The speed limits of this torrent are set.").waitFor();
    assert.deepEqual(await limitsOf(peer, info.infoHash), { downloadRate: 500_000 });
    await page.reload();
    await page.waitForFunction(() =>
      document.querySelector<HTMLInputElement>('[data-testid="limit-down"]')?.value === "0.5"
    );
    await limits.locator(byId("limit-down")).fill("");
    await limits.locator(byId("limits-save")).click();
    await page.getByText("The speed limits of this torrent are set.").waitFor();
    assert.deepEqual(await limitsOf(peer, info.infoHash), {});
  },
);

async function limitsOf(peer: PeerProgram, infoHash: string) {
  return (await peer.get<{ readonly limits: unknown }>(`/api/torrents/${infoHash}`)).limits;
}

browserTest("the whole catalogue is sorted by length, also what is not here", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const share = await community.media("films", ["tide.mp4", "aurora.mp4", "meadow.webm"]);
  const [, peer] = await Promise.all([
    community.peer({ share, args: ["--mode", "video"] }),
    community.peer({ args: ["--mode", "video"] }),
  ]);
  const rows = await peer.until(async () => {
    const rows = await peer.rows();
    return rows.length === 3 && rows.every((row) => row.durationSeconds !== undefined) ? rows : undefined;
  }, { timeoutMs: 15_000, what: "three films with their lengths" });
  const longest = rows.toSorted((a, b) => (b.durationSeconds ?? 0) - (a.durationSeconds ?? 0));
  const page = await browser.open(peer.url);
  await page.locator(byId("sort")).selectOption("length");
  for (const [index, { infoHash }] of longest.entries()) {
    await page.locator(`[data-index="${index}"]${byId(`row-${infoHash}`)}`).waitFor();
  }
});
