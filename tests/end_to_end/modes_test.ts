import assert from "node:assert/strict";
import { browserTest, byId } from "./browser.ts";
import { Community } from "./community.ts";

browserTest(
  "each mode shows and shares only its own kind, by content: an .mp3 called .mp4 is audio",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("mixed", [
      "tide.mp4",
      "brook.flac",
      ["chime.mp3", "not a film.mp4"],
      ["meadow.webm", "no extension"],
      "aurora.srt",
    ]);
    const [watching, listening] = await Promise.all([
      community.peer({ share, args: ["--mode", "video"] }),
      community.peer({ share, args: ["--mode", "audio"] }),
    ]);
    const videos = ["no extension", "tide.mp4"];
    const sounds = ["brook.flac", "not a film.mp4"];
    for (const [peer, own, kind] of [[watching, videos, "video"], [listening, sounds, "audio"]] as const) {
      const rows = await peer.until(async () => {
        const rows = await peer.rows();
        return rows.length < own.length ? undefined : rows;
      }, { timeoutMs: 15_000, what: `${own.length} files of its kind` });
      assert.deepEqual(rows.map(({ name }) => name).sort(), own);
      assert.deepEqual(new Set(rows.map((row) => row.kind)), new Set([kind]));
      assert.deepEqual((await peer.shared()).sort(), own, "shared");
    }
    const page = await browser.open(listening.url);
    await page.locator(byId("catalogue")).getByTitle("not a film.mp4").first().waitFor();
    assert.equal(await page.locator('[data-testid^="row-"]').count(), sounds.length);

    // Everybody shows to the tracker only what its mode shares.
    const clients = await community.tracker.clients();
    const files = clients.map((client) => client.files.map(({ name }) => name).sort());
    assert.deepEqual(files.sort(), [sounds, videos].sort());
  },
);

browserTest(
  "a peer without a mode asks for it, shows that kind, and changes it in the settings",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("mixed", ["tide.mp4", "chime.mp3"]);
    await community.peer({ share });
    const peer = await community.peer();
    const page = await browser.open(peer.url);
    await page.locator(byId("mode-video")).click();
    await page.locator(byId("catalogue")).getByText("tide").first().waitFor();
    assert.equal(await page.locator('[data-testid^="row-"]').count(), 1);
    await page.locator(byId("nav-settings")).click();
    await page.locator(byId("mode-audio")).click();
    await page.locator(byId("nav-browse")).click();
    await page.locator(byId("catalogue")).getByText("chime").first().waitFor();
    assert.equal(await page.locator('[data-testid^="row-"]').count(), 1);
    assert.equal((await peer.status()).mode, "audio");
  },
);
