// Runs every audit of GraphQL over HTTP, MUST, SHOULD and MAY alike.

import { serverAudits } from "graphql-http";
import { withServer } from "./server.mjs";

const expected = 61;

const passed = await withServer(async (url) => {
  const audits = serverAudits({ url: `${url}/graphql` });
  let ok = 0;
  for (const { fn } of audits) {
    const result = await fn();
    if (result.status === "ok") {
      ok++;
      continue;
    }
    console.log(`${result.status} ${result.id} ${result.name}: ${result.reason}`);
  }
  console.log(`${ok} of ${audits.length} GraphQL-over-HTTP audits are ok`);
  if (audits.length < expected) {
    console.log(`only ${audits.length} audits ran, expected at least ${expected}`);
    return false;
  }
  return ok === audits.length;
});

process.exitCode = passed ? 0 : 1;
