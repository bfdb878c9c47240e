// The build for browsers that people still have; the same module as the package's own.
declare module 'pdfjs-dist/legacy/build/pdf.min.mjs' {
  export * from 'pdfjs-dist';
}
// The address of the worker's script; see build.mjs.
declare const PDF_WORKER: string;
