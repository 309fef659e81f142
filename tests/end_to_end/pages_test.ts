import assert from "node:assert/strict";
import { browserTest, byId, PATIENCE_MS } from "./browser.ts";
import { assertSameBytes, Community, fixturePath } from "./community.ts";

browserTest(
  "a folder is shared and a file uploaded through the page, and everybody sees both",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const folder = await community.media("films", ["meadow.webm"]);
    const [sharing, other] = await Promise.all([
      community.peer({ args: ["--mode", "video"] }),
      community.peer({ args: ["--mode", "video"] }),
    ]);
    const page = await browser.open(sharing.url);
    await page.locator(byId("nav-sharing")).click();
    await page.locator(byId("share-path")).fill(folder);
    await page.locator(byId("share-add")).click();
    await page.locator('[data-testid^="share-"]').getByText("meadow").first().waitFor({ state: "attached" });
    await other.row("meadow.webm");

    await page.locator(byId("file-input")).setInputFiles(fixturePath("tide.mp4"));
    await page.locator('[data-testid^="share-"]').getByText("tide").first().waitFor({ state: "attached" });
    await assertSameBytes(`${folder}/tide.mp4`, "tide.mp4");
    await other.row("tide.mp4");

    // Dropped anywhere on the page, as from a file manager.
    const bytes = (await Deno.readFile(fixturePath("orbit.mkv"))).toBase64();
    await page.evaluate((base64) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], "dropped.mkv"));
      for (const type of ["dragover", "drop"]) {
        dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      }
    }, bytes);
    await other.row("dropped.mkv");
    await assertSameBytes(`${folder}/dropped.mkv`, "orbit.mkv");
  },
);

browserTest("a download is paused, resumed, and removed after a question", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const share = await community.media("films", ["aurora.mp4"]);
  const [, peer] = await Promise.all([
    community.peer({ share, args: ["--mode", "video", "--upload-rate", "400"] }),
    community.peer({ args: ["--mode", "video"] }),
  ]);
  const { infoHash } = await peer.rowWithSeeders("aurora.mp4", 1);
  const page = await browser.open(peer.url);
  await page.locator(byId(`row-${infoHash}`)).locator(byId("download")).click();
  await page.locator(byId("nav-downloads")).click();
  const card = page.locator(byId(`torrent-${infoHash}`));
  await card.locator(byId("pause")).click();
  await card.locator(byId("resume")).waitFor();
  assert.equal((await peer.torrent(infoHash)).state, "paused");
  await card.locator(byId("resume")).click();
  await card.locator(byId("pause")).waitFor();
  await page.locator(`${byId(`torrent-${infoHash}`)}[data-state="seeding"]`).waitFor({ timeout: PATIENCE_MS });
  await assertSameBytes(`${peer.downloads}/aurora.mp4`, "aurora.mp4");

  await card.locator(byId("remove")).click();
  await page.locator(byId("cancel")).click();
  assert.equal((await peer.torrent(infoHash)).state, "seeding", "cancelling the question changes nothing");
  await card.locator(byId("remove")).click();
  await page.locator(byId("with-files")).check();
  await page.locator(byId("confirm")).click();
  await card.waitFor({ state: "detached" });
  await assert.rejects(Deno.stat(`${peer.downloads}/aurora.mp4`), Deno.errors.NotFound);
});

browserTest(
  "the tracker's page lists clients with their files, swarms, the library and totals",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const library = await community.media("library", ["chime.mp3"]);
    await community.tracker.send("POST", "/api/shares", { path: library });
    const share = await community.media("films", ["tide.mp4"]);
    const peer = await community.peer({ share });
    const { peerId } = await peer.status();
    const page = await browser.open(community.tracker.url);
    const client = page.locator(byId(`client-${peerId}`));
    await client.getByText("tide.mp4").waitFor({ state: "attached" });
    await client.getByText("157 kB").first().waitFor({ state: "attached" });
    await page.locator(byId("clients")).getByText("chime.mp3").first().waitFor({ state: "attached" });
    await page.locator(byId("totals")).getByText("Files").waitFor();
    await page.locator(byId("library")).getByText("1 file").first().waitFor();
    await page.locator(byId("nav-swarms")).click();
    await page.locator(byId("swarms")).getByText("tide.mp4").waitFor();
    await page.locator(byId("nav-library")).click();
    await page.getByText("chime").first().waitFor();
  },
);

browserTest("the page says when its program is gone, and comes back with it", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const share = await community.media("films", ["tide.mp4"]);
  const first = await community.peer({ share, args: ["--mode", "video"] });
  const port = new URL(first.url).port;
  const page = await browser.open(first.url, { expectedErrors: /Failed to load resource|ERR_CONNECTION_REFUSED/ });
  await page.locator(byId("catalogue")).getByText("tide").first().waitFor();
  assert.equal(await page.locator(byId("offline")).count(), 0);
  first.program.kill("SIGTERM");
  assert.equal(await first.program.exitCode(), 0);
  await page.locator(byId("offline")).waitFor();
  await community.peer({ share, args: ["--mode", "video", "--dashboard", `127.0.0.1:${port}`] });
  await page.locator(byId("offline")).waitFor({ state: "detached" });
  await page.locator(byId("catalogue")).getByText("tide").first().waitFor();
});
