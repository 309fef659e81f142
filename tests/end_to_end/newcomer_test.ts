import assert from "node:assert/strict";
import { assertPageAccessible } from "./accessibility.ts";
import { browserTest, byId } from "./browser.ts";
import { Community } from "./community.ts";

browserTest(
  "a name that is set on the page is shown by the tracker, kept, and refused with its reason",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("films", ["tide.mp4"]);
    const peer = await community.peer({ share, args: ["--mode", "video"] });
    const page = await browser.open(`${peer.url}/settings`);
    const field = page.locator(byId("name-field"));
    await field.fill("a".repeat(41));
    await page.locator(byId("name-save")).click();
    await page.getByRole("alert").getByText("at most 40 characters").waitFor();
    await assertPageAccessible(page);
    await field.fill(" Anna's laptop ");
    await field.press("Enter");
    await page.getByText("The others see “Anna's laptop” now.").waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    await page.reload();
    await page.waitForFunction(() =>
      document.querySelector<HTMLInputElement>('[data-testid="name-field"]')?.value === "Anna's laptop"
    );

    const { peerId } = await peer.status();
    const tracker = await browser.open(`${community.tracker.url}/clients`);
    const client = tracker.locator(byId(`client-${peerId}`));
    await client.getByText("Anna's laptop").waitFor();
    await client.getByText("on this computer").waitFor();
    await client.getByText("UDP, IPv4").waitFor();
    await assertPageAccessible(tracker);
    await field.fill("");
    await field.press("Enter");
    await client.getByText("Anna's laptop").waitFor({ state: "detached" });
  },
);

browserTest("the tracker says how every swarm does, in words", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const share = await community.media("films", ["aurora.mp4", "tide.mp4"]);
  const [first, second] = await Promise.all([
    community.peer({ share, args: ["--mode", "video", "--upload-rate", "20"] }),
    community.peer({ args: ["--mode", "video"] }),
  ]);
  const { infoHash: film } = await second.rowWithSeeders("aurora.mp4", 1);
  const { infoHash: short } = await second.rowWithSeeders("tide.mp4", 1);
  await second.send("POST", "/api/torrents", { source: short });
  const page = await browser.open(`${community.tracker.url}/swarms`);
  await page.locator(byId(`swarm-${short}`)).getByText("Healthy: 2 have all of it").waitFor();
  await page.locator(byId(`swarm-${film}`)).getByText("Only one has all of it").waitFor();
  await second.send("POST", "/api/torrents", { source: film });
  await second.untilTorrent(film, ({ downloadedBytes }) => downloadedBytes > 0, {
    timeoutMs: 20_000,
    what: "a first part",
  });
  first.program.kill("SIGTERM");
  await page.locator(byId(`swarm-${film}`)).getByText(/^(Incomplete|At risk)/).waitFor();
  await assertPageAccessible(page);
});

browserTest(
  "a removal gives the focus to what stands beside, and the tab says how far a download is",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("films", ["tide.mp4", "aurora.mp4"]);
    const [, peer] = await Promise.all([
      community.peer({ share, args: ["--mode", "video", "--upload-rate", "20"] }),
      community.peer({ args: ["--mode", "video"] }),
    ]);
    const page = await browser.open(peer.url);
    for (const name of ["tide.mp4", "aurora.mp4"]) {
      const { infoHash } = await peer.rowWithSeeders(name, 1);
      await peer.send("POST", "/api/torrents", { source: infoHash });
    }
    await page.waitForFunction(() => /^\d+ % · Playswarm$/.test(document.title));
    await page.locator(byId("nav-downloads")).click();
    await page.waitForFunction(() => /^\d+ % · Downloads · Playswarm$/.test(document.title));
    const cards = page.locator('li[data-testid^="torrent-"]');
    await cards.nth(1).waitFor();
    await cards.nth(0).locator(byId("remove")).focus();
    await page.keyboard.press("Enter");
    await page.locator(byId("confirm")).waitFor();
    await page.locator(byId("confirm")).focus();
    await page.keyboard.press("Enter");
    await cards.nth(1).waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement?.closest('li[data-testid^="torrent-"]') !== null);
    await cards.nth(0).locator(byId("remove")).click();
    await page.locator(byId("with-files")).check();
    await page.locator(byId("confirm")).click();
    await page.locator(byId("downloads-empty")).waitFor();
    await page.waitForFunction(() => document.activeElement?.id === "page");
    assert.equal(await page.title(), "Downloads · Playswarm");
  },
);

browserTest("the question mark lists the keys, and what is copied is said to be", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const peer = await community.peer({ args: ["--mode", "video"] });
  const page = await browser.open(`${peer.url}/settings`);
  await page.locator(byId("show-keys")).waitFor();
  await page.keyboard.press("?");
  await page.locator(byId("shortcut-help")).getByText("to the search").waitFor();
  await assertPageAccessible(page);
  await page.keyboard.press("Escape");
  await page.locator(byId("shortcut-help")).waitFor({ state: "detached" });
  await page.locator(byId("name-field")).press("?");
  assert.equal(await page.locator(byId("shortcut-help")).count(), 0, "in a field it is a letter");

  const tracker = await browser.open(community.tracker.url);
  const copy = tracker.locator(byId("copy-address"));
  await copy.click();
  await copy.getByText("Copied").waitFor();
  await copy.getByText("Copy the address").waitFor();
  await tracker.locator(byId("search")).focus();
  await tracker.keyboard.press("Control+V");
  const address = await tracker.locator(byId("address")).innerText();
  assert.equal(await tracker.locator(byId("search")).inputValue(), address);
});
