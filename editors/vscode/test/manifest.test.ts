import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Manifest {
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: { commands: { command: string }[]; configuration: { properties: Record<string, unknown> } };
}

// The tests run in the directory of the extension.
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const settings = Object.keys(manifest.contributes.configuration.properties);

test("the settings of the server are settings of the extension", () => {
  const page = readFileSync("../../docs/editors.md", "utf8");
  const table = page.slice(page.indexOf("| setting | value |"), page.indexOf("`mirrorset.toml` applies"));
  const names = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap((row) => [...(row[1] ?? "").matchAll(/`(\w+)`/g)].map((name) => name[1]));
  assert.deepEqual(names, ["select", "ignore", "strict", "config", "baseline", "inlayHints", "codeLens"]);
  for (const name of names) {
    assert.ok(settings.includes(`mirrorset.${name}`), name);
  }
});

test("every command is registered", () => {
  const source = readFileSync("src/extension.ts", "utf8");
  for (const { command } of manifest.contributes.commands) {
    assert.ok(source.includes(`registerCommand("${command}"`), command);
  }
});

test("an untrusted workspace does not say what is started", () => {
  const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
  for (const name of ["mirrorset.path", "mirrorset.args"]) {
    assert.ok(restricted.includes(name), name);
  }
});
