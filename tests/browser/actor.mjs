// A process, all that it has printed, and what is typed to it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";

const patience = 40_000;  // milliseconds, on a busy machine
const started = [];

export class Actor {
  #changed = () => {};

  constructor(command, args) {
    this.output = "";
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] });
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

  async prints(part) {
    const deadline = AbortSignal.timeout(patience);
    while (!this.output.includes(part)) {
      assert.ok(!deadline.aborted && this.process.exitCode === null, `« ${part} » in:\n${this.output}`);
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

// Those that a failure has left.
export function end_actors() {
  for (const one of started) one.kill("SIGKILL");
}
