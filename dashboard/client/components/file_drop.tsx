/**
 * Files that are dropped anywhere on the page, or links that are pasted: torrents and magnets begin a download, media
 * files go into the first share.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { addTorrent } from "../api.ts";
import { titleOf } from "../../../shared/format.ts";
import { type PeerServices, type Shell, usePeer, useShell } from "../shell_context.ts";
import { Icon } from "./icons.tsx";

/** Listens to the whole window; shows where to drop while something is dragged over it. */
export function FileDrop(): JSX.Element | null {
  const peer = usePeer();
  const shell = useShell();
  const isOver = useSignal(false);
  useEffect(() => {
    const services = { ...peer, ...shell };
    const listening = new AbortController();
    const { signal } = listening;
    const leave = () => isOver.value = false;
    addEventListener("dragover", (event) => {
      if (!carriesSomething(event.dataTransfer)) return;
      event.preventDefault();
      isOver.value = true;
    }, { signal });
    addEventListener("dragleave", (event) => event.relatedTarget === null && leave(), { signal });
    addEventListener("drop", (event) => {
      event.preventDefault();
      leave();
      takeIn(event.dataTransfer, services);
    }, { signal });
    addEventListener("paste", (event) => {
      // A magnet link is nothing to search for; what is pasted into another field is meant for it.
      const isField = event.target instanceof HTMLInputElement && event.target.type !== "search";
      if (!isField && takeIn(event.clipboardData, services)) event.preventDefault();
    }, { signal });
    takeFromAddress(services);
    return () => listening.abort();
  }, []);
  if (!isOver.value) return null;
  return (
    <div class="drop-overlay" aria-hidden="true">
      <Icon name="share" />
      <p>Drop it: media files are shared, torrents are downloaded</p>
    </div>
  );
}

/**
 * Takes in files that were dropped or chosen.
 *
 * @param files the files; those named `.torrent` are downloads, others are shared
 * @param services what takes them
 */
export function takeFiles(files: readonly File[], services: PeerServices & Shell): void {
  const torrents = files.filter((file) => file.name.toLowerCase().endsWith(".torrent"));
  const media = files.filter((file) => !torrents.includes(file));
  for (const file of torrents) services.notices.attempt(() => download(file, services));
  if (media.length === 0) return;
  if (services.store.shares.value.length === 0) {
    services.notices.complain("Choose a folder to share first: files that you drop are put into it.");
  } else {
    services.uploads.add(media);
    if (services.router.route.value.type !== "sharing") services.router.open("/sharing");
  }
}

/**
 * Begins a download and says so.
 *
 * @param source a magnet link, an info-hash, or a .torrent file
 * @param services what takes it
 * @throws {ApiProblem} when it cannot be added
 */
export async function download(source: string | Blob, services: PeerServices & Shell): Promise<void> {
  const torrent = await addTorrent(source);
  services.store.learn(torrent);
  services.notices.say(`“${titleOf(torrent.name)}” is on the list of downloads.`);
}

/** Takes in what was dropped or pasted; false when it is nothing for us. */
function takeIn(data: DataTransfer | null, services: PeerServices & Shell): boolean {
  if (data === null) return false;
  if (data.files.length > 0) {
    takeFiles([...data.files], services);
    return true;
  }
  const text = data.getData("text").trim();
  if (!text.startsWith("magnet:")) return false;
  addAndShow(text, services);
  return true;
}

/** A link elsewhere led here with something to add: `/?add=magnet:…`, as a browser opens magnet links. */
function takeFromAddress(services: PeerServices & Shell): void {
  const source = new URL(location.href).searchParams.get("add");
  if (source === null || source === "") return;
  services.router.replace("/downloads");
  services.notices.attempt(() => download(source, services));
}

function addAndShow(source: string, services: PeerServices & Shell): void {
  services.notices.attempt(() => download(source, services));
  if (services.router.route.value.type !== "downloads") services.router.open("/downloads");
}

function carriesSomething(data: DataTransfer | null): boolean {
  return data !== null && (data.types.includes("Files") || data.types.includes("text/uri-list"));
}
