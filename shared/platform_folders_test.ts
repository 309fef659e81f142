import { equal } from "node:assert/strict";
import { dataFolder, downloadsFolder, type Platform } from "./platform_folders.ts";

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
