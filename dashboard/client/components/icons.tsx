/**
 * The icons: strokes on a 24 by 24 grid, in the colour of the text. They are hidden from assistive technology; the
 * button or link around them has the words.
 *
 * @module
 */
import type { JSX } from "preact";

/** The name of an icon. */
export type IconName =
  | "alert"
  | "browse"
  | "check"
  | "chevron"
  | "close"
  | "copy"
  | "down"
  | "download"
  | "external"
  | "file"
  | "film"
  | "folder"
  | "full-screen"
  | "globe"
  | "hive"
  | "info"
  | "keyboard"
  | "list"
  | "music"
  | "muted"
  | "next"
  | "offline"
  | "pause"
  | "people"
  | "picture"
  | "play"
  | "plus"
  | "previous"
  | "queue"
  | "refresh"
  | "remove"
  | "repeat"
  | "resume"
  | "search"
  | "settings"
  | "share"
  | "shuffle"
  | "small-screen"
  | "sound"
  | "subtitles"
  | "up"
  | "voices";

/** The strokes of each icon. */
const paths: Readonly<Record<IconName, string>> = {
  alert: "M12 3.5 2.5 20h19L12 3.5ZM12 10v4.5M12 17.2v.3",
  browse: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  check: "M5 12.5 10 17.5 19.5 7",
  chevron: "M6 9.5l6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  down: "M12 5v14M6 13l6 6 6-6",
  download: "M12 4v11M7 10.5l5 5 5-5M4 20h16",
  external: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  film: "M4 5h16v14H4zM4 9h16M4 15h16M8 5v4M8 15v4M16 5v4M16 15v4",
  folder: "M3 6h6.5l2 2.5H21V19H3z",
  "full-screen": "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
  hive: "M8 3.5 11.5 5.5v4L8 11.5 4.5 9.5v-4zM16 3.5l3.5 2v4l-3.5 2-3.5-2v-4zM12 12.5l3.5 2v4l-3.5 2-3.5-2v-4z",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 11v6M12 7.2v.3",
  keyboard: "M2.5 6h19v12h-19zM6 10h.3M10 10h.3M14 10h.3M18 10h.3M7 14h10",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6h.1M4.5 12h.1M4.5 18h.1",
  music: "M9 18V5l11-2v13M9 18a3 3 0 1 1-6 0 3 3 0 0 1 6 0ZM20 16a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z",
  muted: "M4 9.5v5h4l5 4.5V5L8 9.5zM16.5 9.5l5 5M21.5 9.5l-5 5",
  next: "M5 5v14l9.5-7zM18.5 5v14",
  offline: "M4 4l16 16M8.5 15.5a5 5 0 0 1 7 0M5 12a10 10 0 0 1 5-2.7M19 12a10 10 0 0 0-4.3-2.5M12 19v.3",
  pause: "M8 5v14M16 5v14",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5c2.3 .8 3.5 2.8 3.5 5.5",
  picture: "M3 5h18v14H3zM12 12h6.5v4.5H12z",
  play: "M7 4.5v15L20 12z",
  plus: "M12 5v14M5 12h14",
  previous: "M19 5v14l-9.5-7zM5.5 5v14",
  queue: "M4 6h16M4 11h16M4 16h9M16 14.5v6l4.5-3z",
  refresh: "M20 12a8 8 0 1 1-2.5-5.8M20 3v5h-5",
  remove: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  repeat: "M4 11V8.5A2.5 2.5 0 0 1 6.500 6H19M16 3l3 3-3 3M20 13v2.500a2.500 2.500 0 0 1-2.500 2.500H5M8 21l-3-3 3-3",
  resume: "M5.5 5v14M10 5v14l9.5-7z",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM16.2 16.2 21 21",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  share: "M12 20V8M6.5 12.5 12 7l5.5 5.5M4 4h16",
  shuffle: "M3 7h4l10 10h4M3 17h4l3-3M14 10l3-3h4M18.500 4.500 21 7l-2.500 2.500M18.500 14.500 21 17l-2.500 2.500",
  "small-screen": "M9 4v5H4M15 4v5h5M20 15h-5v5M4 15h5v5",
  sound: "M4 9.5v5h4l5 4.500V5L8 9.500zM16.500 8.500a5 5 0 0 1 0 7M19 6a8.500 8.500 0 0 1 0 12",
  subtitles: "M3 5h18v14H3zM6.500 12h4M13 12h4.500M6.500 15.500h7M16 15.500h1.500",
  up: "M12 19V5M6 11l6-6 6 6",
  voices: "M4 10v4M8 7v10M12 4v16M16 8v8M20 10.500v3",
};

/** Which icon, and whether it is filled with its colour. */
export interface IconProps {
  readonly name: IconName;
  readonly isFilled?: boolean;
}

/**
 * An icon as large as the text beside it.
 *
 * @param props see {@link IconProps}
 */
export function Icon({ name, isFilled = false }: IconProps): JSX.Element {
  return (
    <svg
      class={isFilled ? "icon icon-filled" : "icon"}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}

/** The mark of Playswarm: a cell of a honeycomb with a play sign. */
export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="mark-cell" d="M16 1.5 28.6 8.75v14.5L16 30.5 3.4 23.25V8.750z" />
      <path class="mark-play" d="M12.5 9.8v12.4L23 16z" />
    </svg>
  );
}
