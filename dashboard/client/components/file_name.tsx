/**
 * The name of a file with the icon of its kind; a long one is broken, one written from right to left stays whole.
 *
 * @module
 */
import type { JSX } from "preact";
import type { MediaKind } from "../../../shared/media_kind.ts";
import { Icon, type IconName } from "./icons.tsx";
import { Link } from "./link.tsx";

/** Which file. */
export interface FileNameProps {
  readonly name: string;
  readonly kind: MediaKind;
  /** Where it is played; absent when it cannot be played from here. */
  readonly playAt?: string;
}

const icons: Readonly<Record<MediaKind, IconName>> = {
  audio: "music",
  video: "film",
  subtitles: "subtitles",
  other: "file",
};

/**
 * A file's name.
 *
 * @param props see {@link FileNameProps}
 */
export function FileName({ name, kind, playAt }: FileNameProps): JSX.Element {
  const content = (
    <>
      <Icon name={icons[kind]} />
      <span dir="auto">{name}</span>
    </>
  );
  if (playAt === undefined) return <span class="file-link" title={name}>{content}</span>;
  return <Link to={playAt} class="file-link" title={name} label={`Play ${name}`}>{content}</Link>;
}
