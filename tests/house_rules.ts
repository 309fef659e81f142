/**
 * The lint plugin that holds the laws of the house: those of the rooms, which are about who may know what, and those of
 * style, which every file keeps.
 *
 * @module
 */
import { importDirections, noBarrels, pureRooms } from "./house/room_rules.ts";
import {
  fileShape,
  functionShape,
  noByteShifts,
  noEnums,
  noSleepingTests,
  noSwallowedErrors,
  noUnprovenCasts,
} from "./house/style_rules.ts";

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "file-shape": fileShape,
    "function-shape": functionShape,
    "import-directions": importDirections,
    "no-barrels": noBarrels,
    "no-byte-shifts": noByteShifts,
    "no-enums": noEnums,
    "no-sleeping-tests": noSleepingTests,
    "no-swallowed-errors": noSwallowedErrors,
    "no-unproven-casts": noUnprovenCasts,
    "pure-rooms": pureRooms,
  },
};

export default plugin;
