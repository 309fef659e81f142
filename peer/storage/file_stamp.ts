/**
 * What a file looked like from outside when its content was last known to be right: cheap to take, compared before
 * anything of the file is believed again.
 *
 * @module
 */

/** Size in bytes, modification time in milliseconds since 1970, inode (0 where the platform has none). */
export interface FileStamp {
  readonly length: number;
  readonly modifiedAtMs: number;
  readonly inode: number;
}

/** The stamp of what `stat` says. */
export function fileStamp(information: Deno.FileInfo): FileStamp {
  return {
    length: information.size,
    modifiedAtMs: information.mtime?.getTime() ?? 0,
    inode: information.ino ?? 0,
  };
}

/** Whether nothing says that the file was touched in between. */
export function isSameStamp(one: FileStamp, other: FileStamp): boolean {
  return one.length === other.length && one.modifiedAtMs === other.modifiedAtMs && one.inode === other.inode;
}
