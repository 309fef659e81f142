import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { assertPageAccessible } from "./accessibility.ts";
import { browserTest, byId } from "./browser.ts";
import { openFilm, pointAt, watching } from "./watching.ts";

const PICTURE = `${byId("seek-frame")}:not(.seek-frame-before)`;

/** The pixels of the picture above the bar, shortened to something to compare. */
function pixelsOf(page: Page): Promise<string> {
  return page.locator(PICTURE).evaluate((canvas) =>
    canvas instanceof HTMLCanvasElement ? canvas.toDataURL("image/png").slice(-4000) : ""
  );
}

for (const [name, plan] of [["aurora.mp4", "direct"], ["harbor.mkv", "remux"]] as const) {
  browserTest(`who points at the bar of ${name} sees the picture of that moment`, async (browser, scope) => {
    const { sharing } = await watching(scope, [name]);
    const page = await openFilm(browser, { peer: sharing, name });
    assert.equal(await page.locator(".stage").getAttribute("data-plan"), plan);
    await page.keyboard.press("Space");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await pointAt(page, 0.25);
    await page.locator(PICTURE).waitFor();
    const early = await pixelsOf(page);
    await assertPageAccessible(page);
    await pointAt(page, 0.9);
    await page.locator(PICTURE).waitFor();
    assert.notEqual(await pixelsOf(page), early);
    // A picture that was seen before is there without being asked for.
    await pointAt(page, 0.25);
    assert.equal(await pixelsOf(page), early);
    assert.equal(asked.filter((path) => path.startsWith("/frames/")).length, 2);
    assert.ok(asked.every((path) => !path.startsWith("/stream/") && !path.startsWith("/remux/")), asked.join(" "));
    await page.mouse.move(5, 5);
    await page.locator(byId("seek-hint")).waitFor({ state: "detached" });
  });
}

browserTest("where a film is not here yet there is the moment alone, until it comes", async (browser, scope) => {
  const { sharing, other } = await watching(scope, ["aurora.mp4"], { args: ["--upload-rate", "40"] });
  await other.rowWithSeeders("aurora.mp4", 1);
  const page = await openFilm(browser, { peer: other, name: "aurora.mp4" });
  await pointAt(page, 0.01);
  await page.locator(PICTURE).waitFor();
  const answered = page.waitForResponse((response) => response.url().includes("/frames/"));
  await pointAt(page, 0.95);
  assert.equal((await answered).status(), 204);
  await page.locator(byId("seek-frame")).waitFor({ state: "detached" });
  assert.match(await page.locator(byId("seek-hint")).innerText(), /^0:5[67]$/);
  // The pointer stays, and the film comes.
  await sharing.send("PATCH", "/api/settings", { uploadRate: null });
  await page.locator(PICTURE).waitFor();
});

browserTest("the moment is shown to the keyboard and to a finger as well", async (browser, scope) => {
  const { sharing } = await watching(scope, ["aurora.mp4"]);
  const page = await openFilm(browser, { peer: sharing, name: "aurora.mp4", width: 360 });
  await page.keyboard.press("Space");
  await page.keyboard.press("5");
  const hint = page.locator(byId("seek-hint"));
  for (let press = 0; press < 60 && !await hint.isVisible(); press++) await page.keyboard.press("Tab");
  assert.equal(await hint.innerText(), "0:30");
  await page.keyboard.press("ArrowRight");
  await hint.getByText("0:35").waitFor();
  await page.keyboard.press("Tab");
  await hint.waitFor({ state: "detached" });

  // A finger goes along the bar; lifted, it lets the moment go.
  const box = await page.locator(byId("seek")).boundingBox();
  assert.ok(box !== null);
  const devtools = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", share: number) =>
    devtools.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x: box.x + box.width * share, y: box.y + box.height / 2 }],
    });
  await touch("touchStart", 0.5);
  await touch("touchMove", 0.75);
  await page.locator(PICTURE).waitFor();
  await hint.getByText("0:45").waitFor();
  await touch("touchEnd", 0.75);
  await hint.waitFor({ state: "detached" });
  await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 42);
});
