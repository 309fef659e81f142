/**
 * All clients that we are tried with, and which of them are missing here.
 *
 * @module
 */
import type { ForeignClient } from "./client.ts";
import { aria2 } from "./clients/aria2.ts";
import { libtorrent } from "./clients/libtorrent.ts";
import { qbittorrent } from "./clients/qbittorrent.ts";
import { transmission } from "./clients/transmission.ts";
import { webtorrent } from "./clients/webtorrent.ts";

/** Each of them. */
export const CLIENTS: readonly ForeignClient[] = [libtorrent, qbittorrent, transmission, aria2, webtorrent];
