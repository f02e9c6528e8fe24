// Starts and stops the server that a suite talks to.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const startTimeout = 120_000;
const stopTimeout = 30_000;

/**
 * Runs the suite with the URL of a server: the one at OMBUDSNETZ_URL, or a
 * fresh demo server from the binary named by the first argument, by
 * OMBUDSNETZ_BIN or, if neither is given, ../bin/ombudsnetz.
 */
export async function withServer(suite) {
  if (process.env.OMBUDSNETZ_URL) {
    return suite(process.env.OMBUDSNETZ_URL.replace(/\/$/, ""));
  }
  const binary =
    process.argv[2] ??
    process.env.OMBUDSNETZ_BIN ??
    fileURLToPath(new URL("../bin/ombudsnetz", import.meta.url));
  const data = await mkdtemp(join(tmpdir(), "ombudsnetz-conformance-"));
  const server = spawn(binary, ["serve", "--demo"], {
    env: { ...process.env, OMBUDSNETZ_LISTEN: "127.0.0.1:0", OMBUDSNETZ_DATA_DIR: data },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = [];
  const ended = new Promise((resolve) => {
    server.once("error", (error) => resolve(`could not be started: ${error.message}`));
    server.once("exit", (code, signal) => resolve(`ended with ${signal ?? `status ${code}`}`));
  });
  const stop = () => server.kill("SIGTERM");
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    return await suite(await announced(server, ended, output));
  } catch (error) {
    process.stderr.write(output.join(""));
    throw error;
  } finally {
    stop();
    const killer = setTimeout(() => server.kill("SIGKILL"), stopTimeout);
    await ended;
    clearTimeout(killer);
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    await rm(data, { recursive: true, force: true });
  }
}

/** Waits for the line on stdout that says where the server listens. */
function announced(server, ended, output) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the server did not say where it listens")), startTimeout);
    let text = "";
    server.stdout.setEncoding("utf8").on("data", (chunk) => {
      output.push(chunk);
      text += chunk;
      // Only whole lines: the number of a port may arrive in two pieces.
      const url = text.slice(0, text.lastIndexOf("\n") + 1).match(/http:\/\/127\.0\.0\.1:\d+/);
      if (url) {
        clearTimeout(timer);
        resolve(url[0]);
      }
    });
    server.stderr.setEncoding("utf8").on("data", (chunk) => output.push(chunk));
    ended.then((how) => {
      clearTimeout(timer);
      reject(new Error(`the server ${how}`));
    });
  });
}
