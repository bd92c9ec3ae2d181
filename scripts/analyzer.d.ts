/** The analyzer's types name its command line alone. */
declare module '@custom-elements-manifest/analyzer' {
  export const ts: {
    readonly ScriptTarget: { readonly ES2022: number }
    createSourceFile(path: string, text: string, target: number, setParentNodes: boolean): object
  }
  export function create(options: {
    readonly modules: readonly object[]
    readonly plugins: readonly object[]
    readonly context: { readonly dev: boolean }
  }): object
}

declare module '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js' {
  export function litPlugin(): readonly object[]
}
