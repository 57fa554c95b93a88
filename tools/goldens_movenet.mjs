// Runs the TensorFlow.js model itself: MODEL.json PICTURES OUT, as tools/goldens_movenet.py says.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";

const SIDE = 192;
const [model, pictures, out] = process.argv.slice(2);
const described = JSON.parse(readFileSync(model, "utf8"));
const [group] = described.weightsManifest;
const weights = Buffer.concat(group.paths.map((path) => readFileSync(join(dirname(model), path))));
const artifacts = {
  modelTopology: described.modelTopology,
  weightSpecs: group.weights,
  weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length),
};

await tf.setBackend("cpu");
const network = await tf.loadGraphModel({ load: async () => artifacts });
const bytes = readFileSync(pictures);
const size = SIDE * SIDE * 3;
const joints = [];
for (let start = 0; start < bytes.length; start += size) {
  const values = Int32Array.from(bytes.subarray(start, start + size));
  const input = tf.tensor4d(values, [1, SIDE, SIDE, 3], "int32");
  joints.push(...network.execute(input).dataSync());
}
writeFileSync(out, JSON.stringify({ version: tf.version.tfjs, joints }));
