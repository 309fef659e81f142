/**
 * A film opened by somebody who watches it, as the tests of the video player need it.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { type Browser, byId, type PageOptions, untilPlayed } from "./browser.ts";
import { Community, type PeerOptions, type PeerProgram } from "./community.ts";

/** One who shares films, and one who watches. */
export interface Watching {
  readonly community: Community;
  readonly sharing: PeerProgram;
  readonly other: PeerProgram;
}

/** Starts both; `args` are further flags of the one who shares. */
export async function watching(
  scope: AsyncDisposableStack,
  files: Parameters<Community["media"]>[1],
  options: Pick<PeerOptions, "args"> = {},
): Promise<Watching> {
  const community = scope.use(await Community.start());
  const share = await community.media("films", files);
  const args = ["--mode", "video"];
  const [sharing, other] = await Promise.all([
    community.peer({ share, args: [...args, ...options.args ?? []] }),
    community.peer({ args }),
  ]);
  return { community, sharing, other };
}

/** Opens the page of a film that a peer has, or knows of, and waits until it plays. */
export async function openFilm(
  browser: Browser,
  { peer, name, ...options }: PageOptions & { readonly peer: PeerProgram; readonly name: string },
): Promise<Page> {
  const { infoHash } = await peer.row(name);
  const page = await browser.open(`${peer.url}/play/${infoHash}`, options);
  await untilPlayed(page, 0.2);
  return page;
}

/** Points at a share of the bar that seeks, 0 to 1. */
export async function pointAt(page: Page, share: number): Promise<void> {
  const box = await page.locator(byId("seek")).boundingBox();
  if (box === null) throw new TypeError("Cannot point at the bar: it is not shown");
  await page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
}
