// The signature itself: drawn with a finger, pen or mouse, or a typed name.
import SignaturePad from 'signature_pad';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../base/components';
import { Both, words } from '../base/language';
import { fromStrokes, toStrokes, type Stroke } from '../base/strokes';

const RATIO_MAX = 3;

// The pad has the shape of the box in the document. `strokes` null: more than a signature may have.
export function Pad(props: { shape: number; onDrawn: (strokes: Stroke[] | null) => void }) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<SignaturePad | null>(null);
  const kept = useRef<Stroke[]>([]);
  const [empty, setEmpty] = useState(true);

  const told = useRef(props.onDrawn);
  told.current = props.onDrawn;

  useEffect(() => {
    const board = canvas.current!;
    const drawing = new SignaturePad(board, { penColor: '#0b2a6b', minWidth: 0.9, maxWidth: 2.8, minDistance: 3 });
    pad.current = drawing;
    const fit = () => {
      const { clientWidth: width, clientHeight: height } = frame.current!;
      const ratio = Math.min(devicePixelRatio || 1, RATIO_MAX);
      board.width = Math.round(width * ratio);
      board.height = Math.round(height * ratio);
      board.getContext('2d')!.scale(ratio, ratio);
      drawing.clear();
      if (kept.current.length === 0) return;
      const { penColor, minWidth, maxWidth, dotSize, velocityFilterWeight, compositeOperation } = drawing;
      drawing.fromData(
        fromStrokes(kept.current, width, height).map((points) => ({
          penColor,
          minWidth,
          maxWidth,
          dotSize,
          velocityFilterWeight,
          compositeOperation,
          points: points.map((point, at) => ({ ...point, time: at * 16, pressure: 0.5 })),
        })),
      );
    };
    drawing.addEventListener('beginStroke', () => setEmpty(false));
    drawing.addEventListener('endStroke', () => {
      const { clientWidth, clientHeight } = frame.current!;
      const strokes = toStrokes(
        drawing.toData().map((group) => group.points),
        clientWidth,
        clientHeight,
      );
      kept.current = strokes ?? kept.current;
      told.current(strokes);
    });
    const watch = new ResizeObserver(fit);
    watch.observe(frame.current!);
    return () => {
      watch.disconnect();
      drawing.off();
    };
  }, []);

  const clear = () => {
    pad.current?.clear();
    kept.current = [];
    setEmpty(true);
    props.onDrawn([]);
  };

  return (
    <div class="stack">
      <div ref={frame} class="pad" style={{ aspectRatio: String(props.shape) }}>
        <canvas ref={canvas} role="img" aria-label="手写签名区 Drawing area for your signature" />
        <div class="line" />
        {empty && (
          <div class="hint">
            <Both text={words('请在此手写签名', 'Draw your signature here')} />
          </div>
        )}
      </div>
      <Button kind="quiet" text={words('清除重写', 'Clear')} disabled={empty} onPress={clear} />
    </div>
  );
}
