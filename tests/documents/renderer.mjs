// One node for a whole test run: a JSON line in {zpl, width_mm, height_mm, dots_per_mm}, a JSON line out {png} or {error}.
import { createInterface } from "node:readline";
import { ready } from "zpl-renderer-js";

const { api } = await ready;
process.stdout.write('{"ready":true}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  try {
    const png = await api.zplToBase64Async(job.zpl, job.width_mm, job.height_mm, job.dots_per_mm);
    process.stdout.write(JSON.stringify({ png }) + "\n");
  } catch (error) {
    process.stdout.write(JSON.stringify({ error: String(error) }) + "\n");
  }
}
process.exit(0);
