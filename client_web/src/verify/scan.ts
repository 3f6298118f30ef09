/** Finds a QR code in pictures: with the browser's own detector where there is one, else with a small decoder fetched then. */

type Source = ImageBitmap | HTMLVideoElement;

interface Detector {
  detect(source: Source): Promise<{ rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const LARGEST = 1280;
let detector: Detector | null | undefined;

async function ownDetector(): Promise<Detector | null> {
  const known = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (!known) return null;
  const formats = await known.getSupportedFormats().catch(() => [] as string[]);
  return formats.includes("qr_code") ? new known({ formats: ["qr_code"] }) : null;
}

/** The text of a QR code in the picture, or null where none was found. */
export async function readPicture(source: Source): Promise<string | null> {
  detector ??= await ownDetector();
  if (detector) {
    const found = await detector.detect(source).catch(() => []);
    if (found[0]) return found[0].rawValue;
  }
  return decodePixels(source);
}

async function decodePixels(source: Source): Promise<string | null> {
  const width = source instanceof HTMLVideoElement ? source.videoWidth : source.width;
  const height = source instanceof HTMLVideoElement ? source.videoHeight : source.height;
  if (!width || !height) return null;
  const scale = Math.min(1, LARGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { default: decode } = await import("qr/decode.js");
  try {
    return decode(context.getImageData(0, 0, canvas.width, canvas.height)) ?? null;
  } catch {
    return null; // the decoder throws where there is no code
  }
}
