// The server of this repository, if it is built, with the library that the extension speaks the protocol with.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  type Diagnostic,
  HoverRequest,
  type InitializeParams,
  InitializeRequest,
  type PublishDiagnosticsParams,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  createProtocolConnection,
} from "vscode-languageserver-protocol/node";

const program = ["release", "debug"].map((profile) => resolve(`../../target/${profile}/mirrorset`)).find(existsSync);

const TEXT = 'resource "rhcs_image_mirror" "m" {\n  cluster_id = "c"\n  source     = "nginx"\n  mirrors    = ["m.example.com/n"]\n}\n';

test("the server answers the library", { skip: program === undefined ? "the program is not built" : false }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "mirrorset-"));
  const server = spawn(program ?? "", ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const connection = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
    const published = new Promise<Diagnostic[]>((found) => {
      connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => found(params.diagnostics));
    });
    connection.listen();
    const root = pathToFileURL(folder).href;
    const params: InitializeParams = {
      processId: process.pid,
      rootUri: root,
      capabilities: { general: { positionEncodings: ["utf-16"] } },
      workspaceFolders: [{ uri: root, name: "root" }],
      // As the extension sends what nobody has set.
      initializationOptions: { path: "", args: [], select: [], ignore: [], strict: null, config: null, baseline: null },
    };
    const { capabilities } = await connection.sendRequest(InitializeRequest.type, params);
    assert.equal(capabilities.hoverProvider, true);
    await connection.sendNotification("initialized", {});
    const textDocument = { uri: `${root}/main.tf`, languageId: "terraform", version: 1, text: TEXT };
    await connection.sendNotification("textDocument/didOpen", { textDocument });
    const codes = (await published).map((diagnostic) => diagnostic.code);
    assert.ok(codes.includes("short-source"), JSON.stringify(codes));
    const position = { line: 2, character: 18 };
    const hover = await connection.sendRequest(HoverRequest.type, { textDocument: { uri: textDocument.uri }, position });
    assert.match(JSON.stringify(hover?.contents), /docker\.io\/library\/nginx/);
    await connection.sendRequest(ShutdownRequest.type);
    const ended = new Promise((status) => server.once("exit", status));
    await connection.sendNotification("exit");
    assert.equal(await ended, 0);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
});
