import assert from "node:assert/strict";
import { browserTest, byId, untilPlayed } from "./browser.ts";
import { Community } from "./community.ts";

const VIDEOS = ["tide.mp4", "meadow.webm", "orbit.mkv"];
const SOUNDS = ["chime.mp3", "brook.flac", "bell.wav"];

for (const [mode, names] of [["video", VIDEOS], ["audio", SOUNDS]] as const) {
  browserTest(`each kind of ${mode} file plays from another peer: ${names.join(", ")}`, async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("shared", names);
    const [, watching] = await Promise.all([
      community.peer({ share, args: ["--mode", mode] }),
      community.peer({ args: ["--mode", mode] }),
    ]);
    const page = await browser.open(watching.url);
    for (const name of names) {
      const { infoHash } = await watching.rowWithSeeders(name, 1);
      await page.locator(byId("nav-browse")).click();
      await page.locator(byId(`row-${infoHash}`)).locator(byId("play")).click();
      await untilPlayed(page, 0.3);
      const tag = await page.locator(byId("player")).evaluate((element) => element.tagName);
      assert.equal(tag, mode === "video" ? "VIDEO" : "AUDIO", name);
    }
  });
}
