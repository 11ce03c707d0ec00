// What is shown: the verdict on the open files, and what is read from a text to run a command.

/** How severe a finding is, in the numbers of the editor: 0 is an error. */
export type Severity = 0 | 1 | 2 | 3;

export interface Status {
  text: string;
  tooltip: string;
  isBad: boolean;
}

/** The text of the status item for the findings of mirrorset. */
export function statusOf(severities: readonly Severity[]): Status {
  const count = (severity: Severity) => severities.filter((one) => one === severity).length;
  const plural = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const [errors, warnings] = [count(0), count(1)];
  const infos = severities.length - errors - warnings;
  if (severities.length === 0) {
    return { text: "$(check) mirrorset", tooltip: "mirrorset has no findings", isBad: false };
  }
  const parts = [plural(errors, "error"), plural(warnings, "warning"), plural(infos, "note")];
  const shown = parts.filter((part) => !part.startsWith("0 "));
  const icon = errors > 0 ? "error" : warnings > 0 ? "warning" : "info";
  return {
    text: `$(${icon}) mirrorset: ${shown[0]}`,
    tooltip: `mirrorset has ${shown.join(", ")}`,
    isBad: errors > 0,
  };
}

const IMAGE = /[A-Za-z0-9][A-Za-z0-9._-]*(?::[0-9]+)?(?:\/[A-Za-z0-9._-]+)*(?::[A-Za-z0-9._-]+)?(?:@sha256:[0-9a-f]+)?/g;

/** The name of an image at a column of a line, or the selected text. */
export function imageAt(line: string, column: number, selected: string): string | undefined {
  if (selected.trim() !== "") {
    return selected.trim();
  }
  for (const match of line.matchAll(IMAGE)) {
    if (match.index <= column && column <= match.index + match[0].length && /[./]/.test(match[0])) {
      return match[0];
    }
  }
  return undefined;
}
