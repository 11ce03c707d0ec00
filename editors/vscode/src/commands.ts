// Commands that run the program and open what it prints as a document that cannot be edited.

import { execFile } from "node:child_process";
import { dirname } from "node:path";
import * as vscode from "vscode";
import { imageAt } from "./texts";

/** The scheme of documents that hold what the program printed. */
export const SCHEME = "mirrorset";

/** A run that prints no more than this, in this time. */
const MAX_BYTES = 64 << 20;
const MAX_MILLISECONDS = 60_000;

/** What the program prints: its output, and below it what it says about it. */
export function run(program: string, args: readonly string[], directory: string): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd: directory, maxBuffer: MAX_BYTES, timeout: MAX_MILLISECONDS, env: { ...process.env, NO_COLOR: "1" } };
    execFile(program, [...args], options, (error, output, messages) => {
      // A status other than 0 may be a finding: then the program has said what it is.
      const failure = error !== null && output === "" && messages === "" ? error.message : "";
      resolve([output, messages, failure].filter((text) => text !== "").join("\n"));
    });
  });
}

/** Documents by their URI, as long as they are open. */
export class Documents implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private next = 0;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  /** Opens a text beside the active editor. */
  async show(name: string, text: string): Promise<void> {
    this.next += 1;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${this.next}/${name}` });
    this.texts.set(uri.toString(), text);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  }

  forget(document: vscode.TextDocument): void {
    this.texts.delete(document.uri.toString());
  }
}

/** Shows where nodes pull the image at the cursor from. */
export async function resolveImage(program: string, documents: Documents): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || editor.document.uri.scheme !== "file") {
    return;
  }
  const { document, selection } = editor;
  const line = document.lineAt(selection.active.line).text;
  const found = imageAt(line, selection.active.character, document.getText(selection));
  const image = await vscode.window.showInputBox({ prompt: "Image, as a pod names it", value: found ?? "" });
  if (image === undefined || image.trim() === "") {
    return;
  }
  await document.save();
  const directory = dirname(document.uri.fsPath);
  const text = await run(program, ["resolve", "--in", document.uri.fsPath, "--", image.trim()], directory);
  await documents.show(`${image.trim().replaceAll("/", "_")}.txt`, text);
}

/** Converts the mirrors of the active file to a manifest. */
export async function convertFile(program: string, documents: Documents): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined || document.uri.scheme !== "file") {
    return;
  }
  await document.save();
  const text = await run(program, ["convert", "--to", "idms", "--", document.uri.fsPath], dirname(document.uri.fsPath));
  await documents.show("manifest.yaml", text);
}
