import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { assertPageAccessible } from "./accessibility.ts";
import { type Browser, browserTest, byId, untilPlayed } from "./browser.ts";
import { assertSameBytes, fixturePath, type PeerProgram } from "./community.ts";
import { watching } from "./watching.ts";

const STAGE = ".stage";

/** Finds a film by its search field and opens it, all by keyboard. */
async function searchAndPlay(browser: Browser, options: { readonly peer: PeerProgram; readonly name: string }) {
  const { peer, name } = options;
  const { infoHash } = await peer.rowWithSeeders(name, 1);
  const page = await browser.open(peer.url);
  await page.locator(byId("search")).waitFor();
  await page.keyboard.press("/");
  await page.locator(`${byId("search")}:focus`).waitFor();
  await page.keyboard.type(name.slice(0, 5));
  await page.locator(byId(`row-${infoHash}`)).locator(byId("play")).focus();
  await page.keyboard.press("Enter");
  return { page, infoHash };
}

/** What the subtitles show now. */
function shownCue(page: Page): Promise<string | undefined> {
  return page.locator(byId("player")).evaluate((video) => {
    if (!(video instanceof HTMLVideoElement)) return undefined;
    const track = [...video.textTracks].find(({ mode }) => mode === "showing");
    const cue = track?.activeCues?.[0];
    return cue instanceof VTTCue ? cue.text : undefined;
  });
}

function timeOf(page: Page): Promise<number> {
  return page.locator(byId("player")).evaluate((video) => video instanceof HTMLVideoElement ? video.currentTime : -1);
}

browserTest(
  "a film by keyboard: found, played, sought, with subtitles, and it goes on after a reload where it was left",
  async (browser, scope) => {
    const { sharing, other } = await watching(scope, ["aurora.mp4", "aurora.srt"]);
    const { page, infoHash } = await searchAndPlay(browser, { peer: other, name: "aurora.mp4" });
    await untilPlayed(page, 0.5);
    await page.keyboard.press("5");
    await untilPlayed(page, 30.2);
    await page.keyboard.press("ArrowRight");
    await untilPlayed(page, 35.2);
    await page.keyboard.press("m");
    assert.equal(await page.locator(byId("player")).evaluate((video) => Reflect.get(video, "muted")), true);
    await page.keyboard.press(">");
    assert.equal(await page.locator(byId("player")).evaluate((video) => Reflect.get(video, "playbackRate")), 1.25);

    // Subtitles from the disk of the one who watches.
    await page.locator(byId("subtitle-file")).setInputFiles(fixturePath("aurora.srt"));
    await page.keyboard.press("0");
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() =>
      [...document.querySelector("video")?.textTracks ?? []].some((track) => (track.activeCues?.length ?? 0) > 0)
    );
    assert.match(await shownCue(page) ?? "", /^(Green light|It bends)/);
    await page.keyboard.press("c");
    assert.equal(await shownCue(page), undefined);

    // The keys are explained, and closing that gives them back.
    await page.keyboard.press("?");
    await page.locator(byId("key-help")).waitFor();
    await assertPageAccessible(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("6");
    await untilPlayed(page, 36.2);
    await page.keyboard.press("Space");
    const leftAt = await timeOf(page);
    await page.reload();
    await untilPlayed(page, leftAt - 1.5);
    assert.ok(await timeOf(page) < leftAt + 10, `left at ${leftAt}, goes on at ${await timeOf(page)}`);
    await page.locator(byId("player-resumed")).waitFor();

    // It was read meanwhile: its length is known, and the frame that the browser took is its picture.
    const row = await other.until(async () => {
      const row = (await other.rows()).find((row) => row.infoHash === infoHash);
      return row?.picture === undefined || row.durationSeconds === undefined ? undefined : row;
    }, { timeoutMs: 15_000, what: "the picture and length of a film that was played" });
    assert.equal(row.durationSeconds, 60);
    const picture = await fetch(other.url + row.picture);
    assert.equal(picture.headers.get("Content-Type"), "image/jpeg");
    await picture.body?.cancel();

    // Subtitles beside the film, for the one who has it.
    const own = await browser.open(`${sharing.url}/play/${infoHash}`);
    await untilPlayed(own, 1.2);
    await own.keyboard.press("c");
    await own.waitForFunction(() => (document.querySelector("video")?.textTracks[0]?.activeCues?.length ?? 0) > 0);
    assert.match(await shownCue(own) ?? "", /^Green light/);
  },
);

browserTest(
  "subtitles beside another's film come with it, and are no rows of their own",
  async (browser, scope) => {
    const { sharing, other } = await watching(scope, ["aurora.mp4", ["aurora.srt", "Aurora.en.srt"]]);
    await sharing.until(async () => (await sharing.shared()).length === 2 ? true : undefined, {
      timeoutMs: 15_000,
      what: "the film and its subtitles shared",
    });
    const { page } = await searchAndPlay(browser, { peer: other, name: "aurora.mp4" });
    await untilPlayed(page, 1.2);
    await page.locator(byId("player-subtitles")).click();
    await page.getByRole("menuitemradio", { name: "English" }).click();
    await page.waitForFunction(() => (document.querySelector("video")?.textTracks[0]?.activeCues?.length ?? 0) > 0);
    assert.match(await shownCue(page) ?? "", /^Green light/);
    for (const peer of [sharing, other]) {
      assert.deepEqual((await peer.rows()).map(({ name }) => name), ["aurora.mp4"]);
    }
    assert.deepEqual((await sharing.shared()).sort(), ["Aurora.en.srt", "aurora.mp4"]);
    await assertSameBytes(`${other.downloads}/Aurora.en.srt`, "aurora.srt");
  },
);

browserTest(
  "Matroska whose sound the browser lacks plays with its other track, put into another container, and seeks",
  async (browser, scope) => {
    const { other } = await watching(scope, ["harbor.mkv"]);
    const { page } = await searchAndPlay(browser, { peer: other, name: "harbor.mkv" });
    await untilPlayed(page, 0.5);
    assert.equal(await page.locator(STAGE).getAttribute("data-plan"), "remux");
    assert.equal(Math.round(await page.evaluate(() => document.querySelector("video")?.duration ?? 0)), 24);
    for (const [key, seconds] of [["8", 19.2], ["2", 4.8], ["9", 21.6]] as const) {
      await page.keyboard.press(key);
      await untilPlayed(page, seconds + 0.3);
      assert.ok(await timeOf(page) < seconds + 6, `${key} leads to ${await timeOf(page)}`);
    }
    const heardBytes = await page.evaluate(() => {
      const video = document.querySelector("video");
      return video === null ? 0 : Number(Reflect.get(video, "webkitAudioDecodedByteCount"));
    });
    assert.ok(heardBytes > 0, "there is sound");
  },
);

browserTest(
  "a browser that takes no Matroska at all plays it all the same",
  async (browser, scope) => {
    const { other } = await watching(scope, ["orbit.mkv"]);
    const { infoHash } = await other.rowWithSeeders("orbit.mkv", 1);
    const page = await browser.open(other.url);
    // As Safari and older Firefoxes answer.
    await page.addInitScript(() => {
      const ask = HTMLMediaElement.prototype.canPlayType;
      HTMLMediaElement.prototype.canPlayType = function (type) {
        return type.startsWith("video/x-matroska") ? "" : ask.call(this, type);
      };
    });
    await page.goto(`${other.url}/play/${infoHash}`);
    await untilPlayed(page, 0.5);
    assert.equal(await page.locator(STAGE).getAttribute("data-plan"), "remux");
    await page.keyboard.press("7");
    await untilPlayed(page, 5.9);
    await page.waitForFunction(() => document.querySelector("video")?.ended === true);
  },
);

browserTest(
  "a codec that the browser lacks is named, and another player offered in one click",
  async (browser, scope) => {
    const { other } = await watching(scope, ["summit.mkv"]);
    const { page, infoHash } = await searchAndPlay(browser, { peer: other, name: "summit.mkv" });
    const refusal = page.locator(byId("player-error"));
    await refusal.getByText("H.265 (HEVC)").waitFor();
    const link = await refusal.locator(byId("player-vlc")).getAttribute("href");
    const playlist = await fetch(other.url + link);
    assert.match(await playlist.text(), new RegExp(`^#EXTM3U\\n.*\\n${other.url}/stream/${infoHash}/0\\n$`));
    await assertPageAccessible(page);
  },
);

for (const [colorScheme, width] of [["light", 1280], ["dark", 360], ["dark", 2560]] as const) {
  browserTest(`the video player has nothing that axe finds: ${colorScheme}, ${width} px`, async (browser, scope) => {
    const { sharing } = await watching(scope, ["tide.mp4"]);
    const { infoHash } = await sharing.row("tide.mp4");
    const page = await browser.open(`${sharing.url}/play/${infoHash}`, { colorScheme, width });
    await untilPlayed(page, 0.3);
    await page.keyboard.press("Space");
    await assertPageAccessible(page);
    await page.locator(byId("player-subtitles")).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    await assertPageAccessible(page);
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-testid")), "player-subtitles");
  });
}
