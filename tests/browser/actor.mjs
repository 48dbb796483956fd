// A process, all that it has printed, and what is typed to it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";

const patience = 40_000;  // milliseconds, on a busy machine
const started = [];

export class Actor {
  #changed = () => {};

  constructor(command, args, environment = {}) {
    this.output = "";
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"], env: { ...process.env, ...environment } });
    started.push(this.process);
    this.process.stdout.setEncoding("utf8");
    this.process.stdout.on("data", (text) => {
      this.output += text;
      this.#changed();
    });
    this.process.stdin.on("error", () => {});  // it may end before it is told to
    this.ended = once(this.process, "close").then(([status]) => status);
    this.ended.then(() => this.#changed());
  }

  // As a reader sees it.
  get shown() { return this.output; }

  async prints(part) {
    const deadline = AbortSignal.timeout(patience);
    while (!this.shown.includes(part)) {
      assert.ok(!deadline.aborted && this.process.exitCode === null, `« ${part} » in:\n${this.shown}`);
      await new Promise((resolve) => {
        this.#changed = resolve;
        deadline.onabort = resolve;
      });
    }
  }

  type(line) {
    this.process.stdin.write(line + "\n");
  }
}

// Python's pty module makes the terminal, and carries what is typed and shown.
const on_terminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

// It has a terminal of its own, where it edits the line that is being typed.
export class TerminalActor extends Actor {
  constructor(command, args) {
    super(process.env.PRISE_PYTHON, ["-c", on_terminal, command, ...args], { TERM: "xterm", NO_COLOR: "1" });
  }

  // Without the rows that were erased to be drawn anew: "\r" and « erase in display », ECMA-48.
  get shown() {
    return this.output.replaceAll("\r\n", "\n").replace(/[^\n]*\r\x1b\[J/g, "").replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "");
  }

  press(keys) { this.process.stdin.write(keys); }
  type(line) { this.press(`${line}\r`); }
}

// Those that a failure has left.
export function end_actors() {
  for (const one of started) one.kill("SIGKILL");
}
