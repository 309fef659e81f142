/**
 * The media of a session as the dashboard's routes see them: what is known of each file, its picture, and when which is
 * read.
 *
 * @module
 */
import type { MediaWords, TorrentView } from "../shared/dashboard_views.ts";
import { type InfoHash, parseInfoHash } from "../shared/ids.ts";
import { isPlayableKind } from "../shared/media_kind.ts";
import type { MediaDescription, SongView } from "../shared/media_description.ts";
import type { PeerMedia } from "./api/peer_session.ts";
import { RequestError } from "./api/request_error.ts";
import type { FileAddress } from "./media/file_address.ts";
import type { MediaFile } from "./media/media_file.ts";
import type { Picture } from "./media/picture.ts";
import { remuxType } from "./media/remux_type.ts";
import { MediaLibrary } from "./media_library.ts";
import type { Session } from "./session.ts";
import { subtitlesOf } from "./session_subtitles.ts";
import { SharedFileBytes } from "./shared_file_bytes.ts";

/** How to make {@link SessionMedia}. */
export interface SessionMediaOptions {
  readonly session: Session;
  /** Whether what is here is read in the background. */
  readonly isReading: boolean;
  /** A file of a torrent, the torrent woken if it rests. */
  readonly find: (file: FileAddress) => MediaFile | undefined;
  /** All torrents, shared ones too. */
  readonly torrents: () => readonly TorrentView[];
  /** What is known of a torrent's files has changed; undefined: the version has. */
  readonly onChange: (infoHash: InfoHash | undefined) => void;
}

/** The media of a session. */
export class SessionMedia implements PeerMedia, AsyncDisposable {
  readonly #options: SessionMediaOptions;
  readonly #library: MediaLibrary;
  /** Torrents whose files were all handed to the library. */
  readonly #handed = new Set<InfoHash>();

  /** Brings back what was read before, and begins to read what is here. */
  constructor(options: SessionMediaOptions) {
    const { session, onChange } = options;
    this.#options = options;
    this.#library = new MediaLibrary({ store: session.mediaStore, open: (file) => this.#openHere(file), onChange });
    for (const infoHash of session.sharedTorrents.infoHashes()) this.look(infoHash);
    for (const torrent of session.downloads.all()) this.look(torrent.infoHash);
  }

  /** Grows when much of what lists show has changed. */
  get version(): number {
    return this.#library.version;
  }

  /** What lists show of a file. */
  words(file: FileAddress): MediaWords {
    return this.#library.words(file);
  }

  /** Something about a torrent has changed: its files are read once all of it is here. Cheap when nothing is new. */
  look(infoHash: InfoHash): void {
    if (!this.#options.isReading || this.#handed.has(infoHash)) return;
    const { downloads, sharedTorrents } = this.#options.session;
    const torrent = downloads.get(infoHash);
    if (torrent === undefined) {
      // A share is a torrent of one file.
      if (sharedTorrents.file(infoHash) === undefined) return;
      this.#handed.add(infoHash);
      return this.#library.add({ infoHash, index: 0 });
    }
    if (torrent.info === undefined || !torrent.isComplete || torrent.phase !== "active") return;
    this.#handed.add(infoHash);
    for (const [index, file] of torrent.info.files.entries()) if (!file.isPad) this.#library.add({ infoHash, index });
  }

  /** A torrent was removed. What is known of it stays known. */
  forget(infoHash: InfoHash): void {
    this.#handed.delete(infoHash);
  }

  /** The picture of a file. */
  picture(file: FileAddress): Picture | undefined {
    return this.#library.picture(file);
  }

  /** Keeps the picture of a file. */
  keepPicture(file: FileAddress, picture: Picture): void {
    if (this.#options.find(file) === undefined) throw new RequestError(404, "There is no such file here.");
    if (!this.#library.keepPicture(file, picture)) throw new RequestError(507, "The disk is full.");
  }

  /** What a player wants to know of a file. */
  async describe(
    address: FileAddress,
    options: { readonly signal: AbortSignal },
  ): Promise<MediaDescription | undefined> {
    const file = this.#options.find(address);
    if (file === undefined) return undefined;
    const [facts, subtitles] = await Promise.all([
      this.#library.read(file, options),
      file.kind === "video" ? subtitlesOf(address, { ...this.#options, ...options }) : [],
    ]);
    const { picture } = this.words(address);
    const type = remuxType(facts);
    const { infoHash, index } = address;
    return {
      ...facts,
      contentType: file.contentType,
      subtitles: subtitles.map(({ name, label, language }) => ({
        url: `/api/media/${infoHash}/${index}/subtitles/${encodeURIComponent(name)}`,
        label,
        ...(language === undefined ? {} : { language }),
      })),
      ...(picture === undefined ? {} : { picture }),
      ...(type === undefined ? {} : { remuxType: type }),
    };
  }

  /** A subtitle file of a film. */
  async subtitle(
    film: FileAddress,
    options: { readonly name: string; readonly signal: AbortSignal },
  ): Promise<Uint8Array | undefined> {
    const subtitles = await subtitlesOf(film, { ...this.#options, ...options });
    return await subtitles.find(({ name }) => name === options.name)?.read(options);
  }

  /** The music that is here as a whole. */
  songs(): readonly SongView[] {
    return this.#options.torrents().flatMap((torrent) => {
      const infoHash = parseInfoHash(torrent.infoHash);
      return torrent.files.flatMap(({ index, kind, path, verifiedBytes, sizeBytes, picture }): readonly SongView[] => {
        if (kind !== "audio" || verifiedBytes < sizeBytes) return [];
        const { container: _, tracks: _tracks, ...tags } = this.#library.facts({ infoHash, index }) ?? {};
        const name = path.slice(path.lastIndexOf("/") + 1);
        return [{ infoHash, index, name, ...tags, ...(picture === undefined ? {} : { picture }) }];
      });
    });
  }

  /** Stops reading. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#library[Symbol.asyncDispose]();
  }

  /** A file that is here as a whole and may be played. A shared one is read where it lies, its torrent rests on. */
  #openHere(address: FileAddress): MediaFile | undefined {
    const { sharedTorrents, downloads, engine } = this.#options.session;
    const shared = sharedTorrents.file(address.infoHash);
    if (shared !== undefined && downloads.get(address.infoHash) === undefined) {
      if (address.index !== 0 || !isPlayableKind(shared.kind)) return undefined;
      const { name, kind, contentType } = shared;
      return { ...address, name, kind, contentType, bytes: new SharedFileBytes(engine.files, shared) };
    }
    const file = this.#options.find(address);
    const isHere = file !== undefined && isPlayableKind(file.kind) && file.bytes.availableFrom(0) === file.bytes.length;
    return isHere ? file : undefined;
  }
}
