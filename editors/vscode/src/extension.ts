// Starts the language server, and adds a status item and commands.

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";
import { Documents, SCHEME, convertFile, resolveImage } from "./commands";
import { findProgram, realSystem } from "./program";
import { type Severity, statusOf } from "./texts";

/** The files that the server knows. */
const FILES = ["**/*.{tf,tofu,tfvars}", "**/*.{tf,tofu,tfvars}.json", "**/mirrorset.toml", "**/*.{yaml,yml}", "**/*plan*.json"];

class Extension {
  private client: LanguageClient | undefined;
  private readonly log = vscode.window.createOutputChannel("mirrorset", { log: true });
  private readonly status = vscode.window.createStatusBarItem("mirrorset", vscode.StatusBarAlignment.Left);
  private readonly documents = new Documents();

  constructor(private readonly context: vscode.ExtensionContext) {
    this.status.name = "mirrorset";
    this.status.command = "workbench.actions.view.problems";
    const { commands, languages, workspace } = vscode;
    context.subscriptions.push(
      this.log,
      this.status,
      workspace.registerTextDocumentContentProvider(SCHEME, this.documents),
      workspace.onDidCloseTextDocument((document) => this.documents.forget(document)),
      languages.onDidChangeDiagnostics(() => this.showStatus()),
      commands.registerCommand("mirrorset.resolve", () => this.withProgram((path) => resolveImage(path, this.documents))),
      commands.registerCommand("mirrorset.convert", () => this.withProgram((path) => convertFile(path, this.documents))),
      commands.registerCommand("mirrorset.restart", () => this.restart()),
      commands.registerCommand("mirrorset.showLog", () => this.log.show()),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("mirrorset.path") || event.affectsConfiguration("mirrorset.args")) {
          void this.restart();
        }
      }),
      workspace.onDidGrantWorkspaceTrust(() => this.restart()),
    );
  }

  /** Runs something with the path of the program, or says why there is none. */
  private async withProgram(use: (path: string) => Promise<void>): Promise<void> {
    const settings = vscode.workspace.getConfiguration("mirrorset");
    const found = findProgram(settings.get("path", ""), this.context.extensionPath, realSystem);
    if ("path" in found) {
      return use(found.path);
    }
    this.log.error(found.problem);
    this.status.text = "$(circle-slash) mirrorset";
    this.status.tooltip = found.problem;
    this.status.show();
    const choice = await vscode.window.showErrorMessage(found.problem, "Open Settings");
    if (choice !== undefined) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "mirrorset.path");
    }
  }

  async start(): Promise<void> {
    await this.withProgram(async (command) => {
      const args = vscode.workspace.getConfiguration("mirrorset").get<string[]>("args", []);
      const server: ServerOptions = { command, args: ["lsp", ...args] };
      const client: LanguageClientOptions = {
        documentSelector: FILES.map((pattern) => ({ scheme: "file", pattern })),
        outputChannel: this.log,
        initializationOptions: vscode.workspace.getConfiguration("mirrorset"),
        synchronize: { configurationSection: "mirrorset" },
      };
      this.client = new LanguageClient("mirrorset", "mirrorset", server, client);
      await this.client.start();
      this.showStatus();
    });
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose();
  }

  private async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  private showStatus(): void {
    if (this.client === undefined) {
      return;
    }
    const all = vscode.languages.getDiagnostics().flatMap(([, found]) => found);
    const own = all.filter((diagnostic) => diagnostic.source === "mirrorset");
    const status = statusOf(own.map((diagnostic) => diagnostic.severity as Severity));
    this.status.text = status.text;
    this.status.tooltip = status.tooltip;
    this.status.backgroundColor = status.isBad ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.status.show();
  }
}

let extension: Extension | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  extension = new Extension(context);
  await extension.start();
}

export async function deactivate(): Promise<void> {
  await extension?.stop();
}
