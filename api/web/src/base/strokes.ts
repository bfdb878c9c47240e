// What was drawn, as the server takes it: whole numbers from 0 to 10,000 over the field, within its limits.
export interface Point {
  x: number;
  y: number;
}
export type Stroke = [number, number][];

export const STROKE_EXTENT = 10_000;
export const STROKES_MAX = 200;
export const POINTS_MAX = 4_000;

const clamp = (value: number) => Math.min(STROKE_EXTENT, Math.max(0, Math.round(value)));

// Leaves out points nearer than `distance` to the last one kept; first and last stay.
function thinned(stroke: Stroke, distance: number): Stroke {
  const out: Stroke = [];
  stroke.forEach((point, index) => {
    const last = out[out.length - 1];
    const far = !last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= distance;
    if (far || index === stroke.length - 1) out.push(point);
  });
  return out;
}

const count = (strokes: Stroke[]) => strokes.reduce((sum, stroke) => sum + stroke.length, 0);

// Null: more strokes than a signature may have. Too many points are thinned, evenly over all strokes.
export function toStrokes(drawn: Point[][], width: number, height: number): Stroke[] | null {
  const strokes = drawn
    .filter((points) => points.length > 0)
    .map((points): Stroke =>
      points.map(({ x, y }) => [clamp((x / width) * STROKE_EXTENT), clamp((y / height) * STROKE_EXTENT)]),
    );
  if (strokes.length > STROKES_MAX) return null;
  let thin = strokes.map((stroke) => thinned(stroke, 1));
  for (let distance = 10; count(thin) > POINTS_MAX; distance *= 1.5)
    thin = strokes.map((stroke) => thinned(stroke, distance));
  return thin;
}

// Back to a pad of another size, as when a phone is turned.
export function fromStrokes(strokes: Stroke[], width: number, height: number): Point[][] {
  return strokes.map((stroke) =>
    stroke.map(([x, y]) => ({ x: (x / STROKE_EXTENT) * width, y: (y / STROKE_EXTENT) * height })),
  );
}
