// A model opened by onnxruntime-web: WebGPU where it counts as the processor does, else WebAssembly with its threads.

import { Sentence } from "./sentence.js";

const VENDOR = new URL("../vendor/onnxruntime/", import.meta.url);
const TOLERANCE = 1e-3; // how far WebGPU may be off, in full scales: a quarter of a step of 8 bits
const MOST_THREADS = 8;
const SIMD = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

let runtime = null;

/** onnxruntime-web, set up once, and what it runs on, in words. */
async function start() {
  if (!globalThis.WebAssembly || !WebAssembly.validate(SIMD)) {
    throw new Sentence("This browser is too old: it has no WebAssembly with SIMD. Update it, or use the command line.");
  }
  const threads = self.crossOriginIsolated ? Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1) : 1;
  const gpu = "Suspending" in WebAssembly && (await navigator.gpu?.requestAdapter().catch(() => null));
  const ort = await import(new URL(gpu ? "ort.jspi.min.mjs" : "ort.wasm.min.mjs", VENDOR));
  ort.env.wasm.wasmPaths = VENDOR.href;
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = "error";
  return { ort, gpu: Boolean(gpu), words: `${threads} ${threads === 1 ? "thread" : "threads"}` };
}

/**
 * Open a model.
 *
 * @param load (name of a file in `files`) -> Promise of its ArrayBuffer.
 * @param files {file, wasm}: the model, and the same written anew for WebAssembly (src/grainless/web/rewrite/winograd.py).
 * @param card the model's.
 * @returns {run, words}: run as ./denoise.js wants it; what it ran on, in words, may change with a run.
 */
export async function open(load, files, card) {
  runtime ??= start();
  const { ort, gpu, words } = await runtime.catch((error) => {
    runtime = null;
    throw error;
  });
  const bySession = (session) => async (pixels, shape) => {
    const given = { [session.inputNames[0]]: new ort.Tensor("float32", pixels, shape) };
    const { [session.outputNames[0]]: denoised } = await session.run(given);
    const data = denoised.location === "cpu" ? denoised.data : await denoised.getData(true);
    denoised.dispose();
    return data;
  };
  const model = await load(gpu ? files.file : files.wasm); // one for both ways: what WebGPU fails at is done with it, too
  const create = async (provider) => bySession(await ort.InferenceSession.create(new Uint8Array(model.slice(0)), { executionProviders: [provider] }));
  const cpu = await create("wasm");
  if (!gpu) return { run: cpu, words };
  const webgpu = await create("webgpu").catch(() => null);
  if (!webgpu || !(await alike(webgpu, cpu, card))) return { run: cpu, words };
  return fallingBack({ run: webgpu, words: "WebGPU" }, { run: cpu, words: `${words}, as WebGPU failed` });
}

/** One session until it fails, as when the graphics card is lost or its memory full; then the other one, for good. */
export function fallingBack(first, other) {
  let now = first;
  return {
    async run(pixels, shape) {
      if (now === other) return other.run(pixels, shape);
      try {
        return await first.run(pixels, shape);
      } catch {
        now = other;
        return other.run(pixels, shape);
      }
    },
    get words() {
      return now.words;
    },
  };
}

/** Whether two sessions give the same for a small noisy picture. */
async function alike(one, other, card) {
  const side = Math.max(5 * card.multiple, Math.ceil(card.least / card.multiple) * card.multiple);
  const noisy = Float32Array.from({ length: card.channels * side * side }, (_, at) => ((at * 7919) % 256) / 255);
  try {
    const shape = [1, card.channels, side, side];
    const [a, b] = [await one(noisy.slice(), shape), await other(noisy.slice(), shape)];
    return a.every((value, at) => Math.abs(value - b[at]) <= TOLERANCE);
  } catch {
    return false; // drivers fail in every way there is
  }
}
