// Which program is started: the one of the settings, else the one that comes with the extension, else the one on the PATH.

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** What is known of the system. */
export interface System {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** Whether a path is a file that can be started. */
  isProgram(path: string): boolean;
}

export const realSystem: System = {
  platform: process.platform,
  env: process.env,
  isProgram(path) {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  },
};

/** The path of the program, or what to tell a person. */
export type Found = { path: string } | { problem: string };

/** Finds the program. `setting` is the path in the settings, and `extension` the directory of the extension. */
export function findProgram(setting: string, extension: string, system: System): Found {
  if (setting !== "") {
    if (!isAbsolute(setting)) {
      return { problem: `mirrorset.path is ${JSON.stringify(setting)}: write an absolute path.` };
    }
    if (!system.isProgram(setting)) {
      return { problem: `mirrorset.path is ${JSON.stringify(setting)}, which is not a program.` };
    }
    return { path: setting };
  }
  const name = system.platform === "win32" ? "mirrorset.exe" : "mirrorset";
  // An entry of the PATH that is relative leads into whatever folder is open.
  const directories = (system.env["PATH"] ?? system.env["Path"] ?? "").split(delimiter).filter(isAbsolute);
  for (const directory of [join(extension, "bin"), ...directories]) {
    const path = join(directory, name);
    if (system.isProgram(path)) {
      return { path };
    }
  }
  return { problem: "The program mirrorset is not installed. Install it, or set mirrorset.path to where it is." };
}
