/**
 * What a person does to a download: pause it, choose its files, limit it, remove it; and the refusals, as sentences, where
 * that cannot be. Shared files are no downloads: they follow their folder.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import type { TorrentRatesPatch } from "./api/peer_session.ts";
import { RequestError } from "./api/request_error.ts";
import type { Session } from "./session.ts";
import type { Torrent } from "./torrent.ts";

/** Changes the downloads of a session. Every change of a torrent that is not here is refused with 404, of a share 409. */
export class DownloadChanges {
  readonly #session: Session;

  /** Changes this session, which it does not own. */
  constructor(session: Session) {
    this.#session = session;
  }

  /** Pauses or resumes. */
  async setPaused(infoHash: InfoHash, isPaused: boolean): Promise<Torrent> {
    const { downloads } = this.#session;
    this.#find(infoHash, isPaused ? "paused" : "resumed");
    await downloads.setPaused(infoHash, isPaused);
    // One that had failed was closed and opened anew, and may have been removed meanwhile.
    const torrent = downloads.get(infoHash);
    if (torrent === undefined) throw notHere(infoHash);
    return torrent;
  }

  /** Chooses the files to download; undefined: all. 404 for a file that it has not. */
  setWanted(infoHash: InfoHash, files: readonly number[] | undefined): Torrent {
    const torrent = this.#find(infoHash, "downloaded in part");
    const known = torrent.info?.files;
    const wrong = files?.find((file) => known !== undefined && known[file]?.isPad !== false);
    if (wrong !== undefined) throw new RequestError(404, `${torrent.name} has no file ${wrong}.`);
    this.#session.downloads.setWanted(infoHash, files);
    return torrent;
  }

  /** Changes its own speed limits: what is absent stays, `null` takes one away. */
  setRates(infoHash: InfoHash, { downloadRate, uploadRate }: TorrentRatesPatch): Torrent {
    const torrent = this.#find(infoHash, "limited by itself");
    const { rates } = torrent.limits;
    const down = downloadRate === undefined ? rates.downloadRate : downloadRate ?? undefined;
    const up = uploadRate === undefined ? rates.uploadRate : uploadRate ?? undefined;
    this.#session.downloads.setRates(infoHash, {
      ...(down === undefined ? {} : { downloadRate: down }),
      ...(up === undefined ? {} : { uploadRate: up }),
    });
    return torrent;
  }

  /** Forgets it, and deletes what was downloaded when asked. */
  async remove(infoHash: InfoHash, options: { readonly deleteFiles: boolean }): Promise<void> {
    this.#find(infoHash, "removed");
    await this.#session.downloads.remove(infoHash, options);
  }

  #find(infoHash: InfoHash, action: string): Torrent {
    const { downloads, sharedTorrents } = this.#session;
    const torrent = downloads.get(infoHash);
    if (torrent !== undefined) return torrent;
    if (!sharedTorrents.has(infoHash)) throw notHere(infoHash);
    const way = "take it out of its folder, or share the folder no more";
    throw new RequestError(409, `A shared file cannot be ${action}: ${way}`);
  }
}

function notHere(infoHash: InfoHash): RequestError {
  return new RequestError(404, `There is no torrent ${infoHash} here`);
}
