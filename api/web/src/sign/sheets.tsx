// The document as it stands, page by page. Only what is near the window is drawn, so that a long one fits in a phone.
import {
  getDocument,
  GlobalWorkerOptions,
  TextLayer,
  type PDFDocumentProxy,
  type PDFPageProxy,
} from 'pdfjs-dist/legacy/build/pdf.min.mjs';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Both, words } from '../base/language';
import { Notice } from '../base/components';

GlobalWorkerOptions.workerSrc = PDF_WORKER;

const PIXELS_MAX = 12_000_000; // of one page's canvas: what phones allow
const RATIO_MAX = 3;
const NEAR = '800px 0px'; // of the window: drawn; beyond: let go

interface Paper {
  pdf: PDFDocumentProxy;
  pages: PDFPageProxy[];
}

async function open(bytes: ArrayBuffer): Promise<Paper> {
  // The worker takes what it is given: the caller keeps its own bytes. A page that cannot be shown exactly is not shown.
  const pdf = await getDocument({ data: bytes.slice(0), enableXfa: false, stopAtErrors: true, useWasm: false }).promise;
  const pages: PDFPageProxy[] = [];
  for (let number = 1; number <= pdf.numPages; ++number) pages.push(await pdf.getPage(number));
  return { pdf, pages };
}

// Draws until it is told to stop; the promise fails only for what is really wrong.
function draw(
  page: PDFPageProxy,
  canvas: HTMLCanvasElement,
  text: HTMLElement,
  width: number,
): { done: Promise<void>; stop: () => void } {
  const plain = page.getViewport({ scale: 1 });
  const viewport = page.getViewport({ scale: width / plain.width });
  const ratio = Math.min(devicePixelRatio || 1, RATIO_MAX, Math.sqrt(PIXELS_MAX / (viewport.width * viewport.height)));
  canvas.width = Math.floor(viewport.width * ratio);
  canvas.height = Math.floor(viewport.height * ratio);
  text.replaceChildren();
  const task = page.render({ canvas, viewport: page.getViewport({ scale: (width / plain.width) * ratio }) });
  const layer = new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport });
  let stopped = false;
  const done = Promise.all([task.promise, layer.render()])
    .then(() => undefined)
    .catch((reason: unknown) => {
      if (!stopped) throw reason;
    });
  return {
    done,
    stop: () => {
      stopped = true;
      task.cancel();
      layer.cancel();
      canvas.width = canvas.height = 0;
      text.replaceChildren();
    },
  };
}

function Sheet(props: { page: PDFPageProxy; width: number; onDrawn: () => void; onFailed: () => void }) {
  const sheet = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLDivElement>(null);
  const plain = props.page.getViewport({ scale: 1 });
  const scale = props.width / plain.width;
  useEffect(() => {
    let drawing: ReturnType<typeof draw> | undefined;
    const watch = new IntersectionObserver(
      ([seen]) => {
        if (seen?.isIntersecting && !drawing) {
          drawing = draw(props.page, canvas.current!, text.current!, props.width);
          drawing.done.then(props.onDrawn, props.onFailed);
        } else if (seen && !seen.isIntersecting && drawing) {
          drawing.stop();
          drawing = undefined;
        }
      },
      { rootMargin: NEAR },
    );
    watch.observe(sheet.current!);
    return () => {
      watch.disconnect();
      drawing?.stop();
    };
  }, [props.page, props.width]);
  return (
    <div
      ref={sheet}
      class="sheet"
      style={{ width: `${props.width}px`, height: `${plain.height * scale}px`, '--total-scale-factor': String(scale) }}
    >
      <canvas ref={canvas} aria-hidden="true" />
      <div ref={text} class="words" />
    </div>
  );
}

const unreadable = words(
  '文件无法显示。请用下面的链接下载阅读，或换一个浏览器。',
  'The document cannot be shown. Download it by the link below, or use another browser.',
);

// `onEnd`: the end of the last page was seen, drawn.
export function Sheets({ bytes, onEnd }: { bytes: ArrayBuffer; onEnd: () => void }) {
  const [paper, setPaper] = useState<Paper | null>(null);
  const [failed, setFailed] = useState(false);
  const [drawn, setDrawn] = useState(false); // the last page
  const [width, setWidth] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLParagraphElement>(null);

  useEffect(() => {
    let left = false;
    setPaper(null);
    setDrawn(false);
    setFailed(false);
    const opening = open(bytes);
    opening.then(
      (opened) => !left && setPaper(opened),
      () => !left && setFailed(true),
    );
    return () => {
      left = true;
      opening.then(
        ({ pdf }) => pdf.destroy(),
        () => undefined,
      );
    };
  }, [bytes]);

  useEffect(() => {
    const measure = () => {
      const style = getComputedStyle(frame.current!);
      setWidth(Math.floor(frame.current!.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)));
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(frame.current!);
    return () => watch.disconnect();
  }, []);

  useEffect(() => {
    if (!drawn) return undefined;
    const watch = new IntersectionObserver(([seen]) => seen?.isIntersecting && onEnd());
    watch.observe(end.current!);
    return () => watch.disconnect();
  }, [drawn, bytes]);

  const pages = paper?.pages ?? [];
  return (
    <div>
      <div ref={frame} class="pages">
        {failed && <Notice tone="bad" text={unreadable} />}
        {width > 0 &&
          pages.map((page, index) => (
            <Sheet
              key={`${page.pageNumber}`}
              page={page}
              width={width}
              onDrawn={() => index === pages.length - 1 && setDrawn(true)}
              onFailed={() => setFailed(true)}
            />
          ))}
      </div>
      <p ref={end} class="count" data-end={drawn ? 'drawn' : 'waiting'}>
        {paper ? (
          <Both text={words(`共 ${pages.length} 页，到此为止`, `${pages.length} page(s), ends here`)} />
        ) : (
          <Both text={words('正在打开文件…', 'Opening the document…')} />
        )}
      </p>
    </div>
  );
}
