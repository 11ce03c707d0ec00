import assert from "node:assert/strict";
import { delimiter } from "node:path";
import { test } from "node:test";
import { type System, findProgram } from "../src/program";
import { imageAt, statusOf } from "../src/texts";

const system = (programs: string[], path: string[] = [], platform: NodeJS.Platform = "linux"): System => ({
  platform,
  env: { PATH: path.join(delimiter) },
  isProgram: (one) => programs.includes(one),
});

test("the program is that of the settings, then the bundled one, then the one on the PATH", () => {
  const all = ["/mine", "/extension/bin/mirrorset", "/usr/bin/mirrorset"];
  assert.deepEqual(findProgram("/mine", "/extension", system(all, ["/usr/bin"])), { path: "/mine" });
  assert.deepEqual(findProgram("", "/extension", system(all, ["/usr/bin"])), { path: "/extension/bin/mirrorset" });
  const installed = system(["/usr/bin/mirrorset"], ["/bin", "/usr/bin"]);
  assert.deepEqual(findProgram("", "/extension", installed), { path: "/usr/bin/mirrorset" });
});

test("a person is told why there is no program", () => {
  const problem = (setting: string, found: System) => {
    const result = findProgram(setting, "/extension", found);
    assert.ok("problem" in result);
    return result.problem;
  };
  assert.match(problem("/gone", system(["/usr/bin/mirrorset"], ["/usr/bin"])), /"\/gone", which is not a program/);
  assert.match(problem("bin/mirrorset", system(["bin/mirrorset"])), /write an absolute path/);
  assert.match(problem("", system([])), /not installed/);
  // The folder that is open does not decide which program is started.
  assert.match(problem("", system(["./mirrorset", "mirrorset", "bin/mirrorset"], ["", ".", "bin"])), /not installed/);
});

test("the status tells the verdict", () => {
  assert.equal(statusOf([]).text, "$(check) mirrorset");
  assert.equal(statusOf([1, 2, 1]).text, "$(warning) mirrorset: 2 warnings");
  assert.equal(statusOf([2]).text, "$(info) mirrorset: 1 note");
  const bad = statusOf([0, 1, 3]);
  assert.equal(bad.text, "$(error) mirrorset: 1 error");
  assert.equal(bad.tooltip, "mirrorset has 1 error, 1 warning, 1 note");
  assert.ok(bad.isBad);
});

test("the image at the cursor is found in a line", () => {
  const at = (line: string) => imageAt(line.replace("|", ""), line.indexOf("|"), "");
  assert.equal(at('  source = "quay|.io/a/b"'), "quay.io/a/b");
  assert.equal(at("image: registry.example.com:5000/a|/b:v1"), "registry.example.com:5000/a/b:v1");
  assert.equal(at("  - |docker.io/nginx@sha256:0a"), "docker.io/nginx@sha256:0a");
  assert.equal(at("  sour|ce = 1"), undefined);
  assert.equal(at("|"), undefined);
  assert.equal(imageAt("x", 0, " nginx "), "nginx");
});
