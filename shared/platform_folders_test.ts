import { equal } from "node:assert/strict";
import { dataFolder, downloadsFolder, mediaFolder, type Platform } from "./platform_folders.ts";

function platform(os: Platform["os"], variables: Readonly<Record<string, string>>): Platform {
  return { os, environment: (name) => variables[name] };
}

Deno.test("Linux follows the XDG base directories, and ignores relative ones", () => {
  const home = { HOME: "/home/ada" };
  equal(dataFolder("peer", platform("linux", home)), "/home/ada/.local/share/playswarm/peer");
  equal(dataFolder("peer", platform("linux", { ...home, XDG_DATA_HOME: "/data" })), "/data/playswarm/peer");
  equal(
    dataFolder("peer", platform("linux", { ...home, XDG_DATA_HOME: "data" })),
    "/home/ada/.local/share/playswarm/peer",
  );
  equal(downloadsFolder(platform("linux", home)), "/home/ada/Downloads/Playswarm");
});

Deno.test("macOS and Windows have places of their own", () => {
  const mac = platform("darwin", { HOME: "/Users/ada" });
  equal(dataFolder("tracker", mac), "/Users/ada/Library/Application Support/Playswarm/tracker");
  const windows = platform("windows", {
    USERPROFILE: "C:\\Users\\ada",
    LOCALAPPDATA: "C:\\Users\\ada\\AppData\\Local",
  });
  equal(dataFolder("peer", windows), "C:\\Users\\ada\\AppData\\Local\\Playswarm\\peer");
  equal(downloadsFolder(windows), "C:\\Users\\ada\\Downloads\\Playswarm");
});

Deno.test("music and videos are where the platform has them, in the user's language", () => {
  const linux = platform("linux", { HOME: "/home/ada" });
  equal(mediaFolder("audio", { platform: linux }), "/home/ada/Music");
  const userDirs = '# a comment\nXDG_VIDEOS_DIR="$HOME/Vidéos"\nXDG_MUSIC_DIR="relative"\n';
  equal(mediaFolder("video", { platform: linux, userDirs }), "/home/ada/Vidéos");
  equal(mediaFolder("audio", { platform: linux, userDirs }), "/home/ada/Music");
  equal(mediaFolder("video", { platform: platform("darwin", { HOME: "/Users/ada" }) }), "/Users/ada/Movies");
  equal(
    mediaFolder("video", { platform: platform("windows", { USERPROFILE: "C:\\Users\\ada" }) }),
    "C:\\Users\\ada\\Videos",
  );
});
