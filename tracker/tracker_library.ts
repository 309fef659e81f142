/**
 * What the tracker's dashboard needs of the tracker's own library.
 *
 * @module
 */
import type { Hono } from "hono";
import type { PeerId } from "../shared/ids.ts";
import type { FolderListing, ShareView } from "../shared/dashboard_views.ts";

/** The folders that the tracker itself seeds. Refusals are thrown as `ProblemError`. */
export interface TrackerLibrary {
  /** Which of the clients it is; absent when it announces nothing. */
  readonly peerId?: PeerId;
  /** Bytes of blocks that it sent since it was opened. */
  readonly uploadedBytes?: number;
  /** Its folders. */
  shares(): readonly ShareView[];
  /** Seeds a folder; 422 when it cannot be read or is no folder, 409 when it is in the library already. */
  addShare(path: string): Promise<ShareView>;
  /** Seeds a folder no more; its files stay. 404 when there is no such folder. */
  removeShare(id: number): Promise<void>;
  /** Lists the folders in a folder, the home folder by default; 404 when there is none, 403 when it cannot be read. */
  folders(path: string | undefined): Promise<FolderListing>;
  /** Tells when anything of it may have changed; disposing ends the calls. */
  subscribe(listener: () => void): Disposable;
  /** The routes `/stream/…` and `/playlist/…` of its files, mounted at `/`; absent when it cannot be played. */
  readonly stream?: Hono;
}
