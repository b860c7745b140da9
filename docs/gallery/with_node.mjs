// Gets all poems at once, with Node.js:  with_node.mjs PORT...
import { connect } from "node:net";

for (const port of process.argv.slice(2)) {
  let size = 0;
  connect(port, "127.0.0.1")
    .on("data", (chunk) => { size += chunk.length; })
    .on("end", () => console.log(`Got ${size} bytes from port ${port}.`));
}
