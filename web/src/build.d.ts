/** The style sheet of a script of the element, which the build writes. */
declare const STYLE: string;
/** The words of the language by class, which the build takes from the engine: `{keyword: "for in …", …}`. */
declare const WORDS: Record<string, string>;
