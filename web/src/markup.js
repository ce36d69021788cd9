// SVG and HTML of the engine as nodes of the page. The author of a script chooses titles and names in them, so they pass a
// parser that runs nothing, and lists of elements and attributes.
// @ts-check

/** @type {Record<'image/svg+xml' | 'text/html', {elements: Set<string>, attributes: RegExp}>} */
const ALLOWED = {
  'image/svg+xml': {
    elements: new Set('svg g path rect circle line text tspan title desc'.split(' ')),
    attributes:
      /^(xmlns|role|width|height|viewBox|d|[xyr]|[cdr][xy]|[xy][12]|class|data-.*|font-(family|size|weight|style)|fill(-opacity)?|stroke(-.*)?|text-anchor|transform|opacity)$/,
  },
  'text/html': {
    elements: new Set(
      'p div span section figure figcaption table caption colgroup col thead tbody tr th td ul ol li dl dt dd strong b em i code kbd pre br sub sup h1 h2 h3 h4 h5 h6 small'.split(' '),
    ),
    attributes: /^(class|scope|colspan|rowspan|lang|role|aria-.*)$/,
  },
};

/**
 * Returns a copy of a node with the listed elements and attributes. Text is kept, also that of other elements, except of those
 * that a browser never shows.
 * @param {Node} node
 * @param {{elements: Set<string>, attributes: RegExp}} allowed
 * @returns {Node}
 */
function copied(node, allowed) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.nodeValue ?? '');
  const element = /** @type {Element} */ (node);
  const { localName, namespaceURI } = element;
  if (/^(style|script|template|head)$/.test(localName ?? '')) return document.createDocumentFragment();
  const copy = allowed.elements.has(localName)
    ? document.createElementNS(namespaceURI, localName)
    : document.createDocumentFragment();
  if (copy instanceof Element) {
    for (const { name, value } of element.attributes) {
      if (allowed.attributes.test(name) && name !== 'xmlns') copy.setAttribute(name, value);
    }
  }
  for (const child of element.childNodes) {
    if (child.nodeType === Node.ELEMENT_NODE || child.nodeType === Node.TEXT_NODE) copy.append(copied(child, allowed));
  }
  return copy;
}

/**
 * Returns a figure of the engine.
 * @param {string} text
 * @returns {Node} The element `svg`, or an empty fragment if the text is not SVG.
 */
export function svg(text) {
  const type = 'image/svg+xml';
  const root = new DOMParser().parseFromString(text, type).documentElement;
  return root.localName === 'svg' ? copied(root, ALLOWED[type]) : document.createDocumentFragment();
}

/**
 * Returns the nodes of a passage of HTML. Its style sheets, links, and pictures are left out.
 * @param {string} text
 * @returns {Node} A fragment.
 */
export function html(text) {
  const type = 'text/html';
  return copied(new DOMParser().parseFromString(text, type).body, ALLOWED[type]);
}
